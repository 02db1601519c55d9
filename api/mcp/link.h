#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/mcp/upgraded_stream.h"
#include "service/loop/timer.h"
#include "service/net/link_frame.h"

namespace berth::api_mcp {

struct LinkLimits {
  std::chrono::milliseconds hello{10'000};        ///< until the bridge's first frame
  std::chrono::milliseconds goodbye{2'000};       ///< for the last frame to be taken
  std::size_t unacknowledged_bytes = 64U << 20U;  ///< of one bridge
  std::size_t pending_bytes = 72U << 20U;         ///< written and not taken by the system
  std::size_t clients = 4096;                     ///< kept, linked or not
  std::chrono::milliseconds keep{600'000};        ///< a client without a link
};

/// One open berth-bridge/1 connection: frames in, frames out. What they mean is its owner's
/// business. Loop thread; callbacks may drop it.
class Link : public std::enable_shared_from_this<Link> {
 public:
  struct Events {
    std::function<void(const net::LinkHello&)> hello;  ///< the first, once
    std::function<void(std::uint64_t, std::string_view)> message;
    std::function<void(std::uint64_t)> acknowledged;
    std::function<void()> batch_read;  ///< all that was there is taken: time to acknowledge
    /// The last, once: the bridge said goodbye (`said`), or the connection broke or was given up.
    std::function<void(const std::string& reason, bool said)> ended;
  };

  Link(loop::Loop& loop, http::Upgraded upgraded, const LinkLimits& limits, Events events);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();
  void write(std::string frames);
  /// Says goodbye; after that only `ended` comes, once the bridge has closed or did not in time.
  void close(const std::string& reason, bool reconnect);
  /// Closes without a word, so that the bridge comes back.
  void drop(const std::string& reason) { end(reason, false); }

 private:
  enum class State { greeting, open, closing, ended };

  bool listens() const { return state_ == State::greeting || state_ == State::open; }
  void take(std::string_view bytes);
  void take_first(const net::LinkFrame& frame);
  void take_frame(const net::LinkFrame& frame);
  void end(const std::string& reason, bool said);

  const LinkLimits& limits_;
  const Events events_;
  UpgradedStream stream_;
  loop::Timer timer_;
  net::LinkDecoder decoder_;
  State state_ = State::greeting;
};

}  // namespace berth::api_mcp
