#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/error.h"

namespace berth::platform {

/// Owns one open descriptor (Windows: a handle) and closes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Another descriptor of the same open file, close-on-exec.
core::Result<Descriptor> duplicate(int fd);

/// A connected pair of Unix stream sockets, close-on-exec, non-blocking.
core::Result<std::pair<Descriptor, Descriptor>> socket_pair();

/// A listening Unix socket at `path` (replaced if it exists), mode 0600, close-on-exec.
core::Result<Descriptor> listen_local(const std::string& path);

/// A connection to the Unix socket at `path`, non-blocking. not_found if nobody listens there.
core::Result<Descriptor> connect_local(const std::string& path);

/// True once every writer of this pipe (the peer of this socket) has gone, also while unread bytes
/// are left.
bool has_hung_up(int fd);

/// True if nobody can read any more what is written to a pipe or socket; unlike has_hung_up() it
/// does not care whether the other end still writes.
bool has_lost_reader(int fd);

/// Accepts one connection, non-blocking; nothing if none waits.
core::Result<std::optional<Descriptor>> accept_local(int listening);

struct Received {
  std::size_t bytes = 0;  ///< 0 without would_block: the other side closed
  bool would_block = false;
  std::vector<Descriptor> descriptors;
};

/// Reads once from a non-blocking Unix socket, with the descriptors that came along
/// (close-on-exec).
core::Result<Received> receive_with_descriptors(int socket, std::span<char> buffer);

/// Writes once; returns the bytes taken, 0 when the buffer is full. The descriptors travel with the
/// first byte, so they are gone as soon as any byte is taken. At most 16.
core::Result<std::size_t> send_with_descriptors(int socket, std::string_view bytes,
                                                std::span<const Descriptor> descriptors);

}  // namespace berth::platform
