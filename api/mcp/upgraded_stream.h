#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "api/http/exchange.h"
#include "service/loop/stream.h"

namespace berth::api_mcp {

/// The bytes of a connection that has changed its protocol, as a bridge link and a WebSocket use
/// them. Loop thread. Callbacks may drop it; after close() none comes.
class UpgradedStream {
 public:
  /// `max_pending`: bytes that may wait because the other side does not read.
  UpgradedStream(http::Upgraded upgraded, std::size_t max_pending);

  /// Begins with what came along with the request.
  void start(const loop::Stream::OnData& on_data, const loop::Stream::OnEnd& on_end);
  /// False once too much waits: the other side does not read and is to be dropped.
  [[nodiscard]] bool write(std::string bytes);
  /// Whether the system has taken everything, and who is told when it has.
  bool is_idle() const { return !stream_ || stream_->pending_bytes() == 0; }
  void on_idle(std::function<void()> callback);
  /// The last bytes; then the other side sees the end, and is waited for by its own.
  void write_last(std::string bytes);
  /// At once.
  void close();

 private:
  std::shared_ptr<void> slot_;
  std::string leftover_;
  std::unique_ptr<loop::Stream> stream_;
  std::size_t max_pending_;
};

}  // namespace berth::api_mcp
