#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/loop/loop.h"
#include "service/platform/descriptor.h"
#include "service/platform/peer.h"

namespace berth::loop {

/// A byte stream over TCP, a Unix socket or a pipe. Loop thread. Destroying it closes it at once
/// and drops what is not yet written; after that no callback comes. Callbacks may destroy the
/// stream.
class Stream {
 public:
  /// Bytes as they come; valid during the call only.
  using OnData = std::function<void(std::string_view bytes)>;
  /// The other side closed (`error` is empty) or the stream broke. Comes once; reading has stopped.
  /// After a mere close writing is still possible: it may have been a half-close.
  using OnEnd = std::function<void(const std::optional<core::Error>& error)>;

  /// Takes over an open descriptor: a connected socket (TCP or Unix) or a pipe end.
  static core::Result<std::unique_ptr<Stream>> adopt(Loop& loop, int fd);

  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void start_reading(OnData on_data, OnEnd on_end);
  /// Back-pressure: the kernel's buffer fills and the sender waits. start_reading resumes.
  void stop_reading();

  /// Sends in order. What the kernel takes goes out at once, the rest is queued; the caller bounds
  /// it by pending_bytes(). Errors arrive at `on_end` of the reader.
  void write(std::string bytes);
  /// What the kernel takes at once and how much that was; nothing is queued. 0 while something is.
  std::size_t try_write(std::string_view bytes);
  std::size_t pending_bytes() const;
  /// Called whenever the queue has become empty again.
  void on_drained(std::function<void()> callback);

  /// Writes what is queued, half-closes, then calls `done`; the stream stays readable (a lingering
  /// close waits for the other side's end).
  void shutdown(std::function<void()> done);

  /// Gives the connection to another loop: a descriptor of it to be adopted there. Nothing is read
  /// here any more. `unavailable` while written bytes wait, which would be lost.
  core::Result<platform::Descriptor> release();

  /// Credentials of the process at the other end of a Unix socket; nothing for TCP.
  std::optional<platform::PeerIdentity> peer_identity() const;
  /// `127.0.0.1:5123`; empty for Unix sockets and pipes.
  std::string peer_address() const;

 private:
  friend class Listener;
  friend class Connector;
  struct Handle;
  explicit Stream(Handle* handle);

  Handle* handle_;  // deletes itself once libuv has closed it
};

}  // namespace berth::loop
