#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "service/loop/stream.h"

namespace berth::loop {

/// Accepts connections on a TCP address or a Unix socket. Destroying it stops listening; accepted
/// streams live on. Loop thread.
class Listener {
 public:
  using OnStream = std::function<void(std::unique_ptr<Stream>)>;

  /// `port` 0 takes a free one; see port().
  static core::Result<std::unique_ptr<Listener>> tcp(Loop& loop, const std::string& address,
                                                     std::uint16_t port, OnStream on_stream);
  /// Replaces a stale socket file at `path`; `mode` are its permission bits.
  static core::Result<std::unique_ptr<Listener>> local(Loop& loop, const std::string& path,
                                                       unsigned mode, OnStream on_stream);
  /// Takes over a descriptor that already listens.
  static core::Result<std::unique_ptr<Listener>> adopt(Loop& loop, int fd, OnStream on_stream);

  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  struct Handle;
  Listener(Handle* handle, std::uint16_t port) : handle_(handle), port_(port) {}
  static core::Result<std::unique_ptr<Listener>> listen(Handle* handle, std::string_view where);

  Handle* handle_;  // deletes itself once libuv has closed it
  std::uint16_t port_;
};

}  // namespace berth::loop
