#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/mcp/upgraded_stream.h"
#include "service/loop/timer.h"
#include "service/net/websocket_frame.h"

namespace berth::api_mcp {

/// Every bound of `/ws`. Sizes in bytes.
struct WebSocketLimits {
  std::chrono::milliseconds hello{5'000};    ///< until a client has said what it speaks
  std::chrono::milliseconds ping{20'000};    ///< without a byte from the client: it is pinged
  std::chrono::milliseconds pong{20'000};    ///< and then dropped if none comes
  std::chrono::milliseconds goodbye{2'000};  ///< from the last frame until the client has closed
  std::size_t message_bytes = 32U << 20U;
  std::size_t hello_bytes = 16U << 10U;    ///< first message of someone without credentials
  std::size_t pending_bytes = 72U << 20U;  ///< written and not taken by the system
  std::size_t connections = 1'000;
  std::size_t strangers = 128;  ///< connections beside them that have shown no credentials yet
};

/// One WebSocket on the server's side (RFC 6455): messages in, messages out, pings, and the closing
/// handshake. What the messages mean is its owner's business. Loop thread; callbacks may drop it.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  struct Events {
    std::function<void(std::string_view text)> message;  ///< valid UTF-8
    /// The last, once: either side closed, or the connection broke or was given up.
    std::function<void(const std::string& reason)> ended;
    /// Everything that was sent has been taken, after something had to wait. May be empty.
    std::function<void()> idle{};
  };

  WebSocket(loop::Loop& loop, http::Upgraded upgraded, const WebSocketLimits& limits,
            Events events);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  void start(std::size_t longest_message);
  void set_longest_message(std::size_t bytes) { decoder_.set_longest(bytes); }

  /// One message: valid UTF-8. Dropped once the socket closes.
  void send(std::string_view text);
  bool is_idle() const { return stream_.is_idle(); }
  /// Says why; after that only `ended` comes, once the client has closed or did not in time.
  void close(net::CloseCode code, const std::string& reason);

 private:
  enum class State { open, closing, ended };

  void take(std::string_view bytes);
  void take_input(const net::WebSocketInput& input);
  void write(net::WebSocketOpcode opcode, std::string_view payload);
  void say_goodbye(std::string frame, const std::string& reason);
  void expect_bytes();
  void end(const std::string& reason);

  const WebSocketLimits& limits_;
  const Events events_;
  UpgradedStream stream_;
  loop::Timer timer_;  // until the next ping, its pong, or the end of a goodbye
  net::WebSocketDecoder decoder_{0};
  State state_ = State::open;
  std::string close_reason_;
};

}  // namespace berth::api_mcp
