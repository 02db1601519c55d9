#include "api/mcp/websocket.h"

#include <fmt/format.h>

#include <utility>

namespace berth::api_mcp {

WebSocket::WebSocket(loop::Loop& loop, http::Upgraded upgraded, const WebSocketLimits& limits,
                     Events events)
    : limits_(limits),
      events_(std::move(events)),
      stream_(std::move(upgraded), limits.pending_bytes),
      timer_(loop) {}

void WebSocket::start(std::size_t longest_message) {
  decoder_.set_longest(longest_message);
  expect_bytes();
  stream_.on_idle([this] {
    if (events_.idle) events_.idle();
  });
  stream_.start([this](std::string_view bytes) { take(bytes); },
                [this](const std::optional<core::Error>& error) {
                  if (state_ == State::closing) return end(close_reason_);
                  end(error ? error->message : "the client went away without a close");
                });
}

void WebSocket::send(std::string_view text) {
  write(net::WebSocketOpcode::text, text);
}

void WebSocket::write(net::WebSocketOpcode opcode, std::string_view payload) {
  if (state_ != State::open) return;
  const auto self = shared_from_this();
  std::string frame;
  net::append_websocket_frame(frame, opcode, payload);
  // Not said to the client: it would have to read what waits first.
  if (!stream_.write(std::move(frame))) end("the client does not read");
}

void WebSocket::close(net::CloseCode code, const std::string& reason) {
  std::string frame;
  net::append_websocket_close(frame, code, reason);
  say_goodbye(std::move(frame), reason);
}

void WebSocket::say_goodbye(std::string frame, const std::string& reason) {
  if (state_ != State::open) return;
  const auto self = shared_from_this();
  state_ = State::closing;
  close_reason_ = reason;
  timer_.start(limits_.goodbye, [this] { end(close_reason_); });
  stream_.write_last(std::move(frame));
}

void WebSocket::end(const std::string& reason) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  const auto self = shared_from_this();
  timer_.cancel();
  stream_.close();
  events_.ended(reason);
}

void WebSocket::expect_bytes() {
  timer_.start(limits_.ping, [this] {
    const auto self = shared_from_this();
    write(net::WebSocketOpcode::ping, {});
    if (state_ != State::open) return;
    timer_.start(limits_.pong, [this] { end("the client does not answer pings"); });
  });
}

void WebSocket::take(std::string_view bytes) {
  const auto self = shared_from_this();
  if (state_ != State::open) return;
  expect_bytes();
  decoder_.feed(bytes);
  while (state_ == State::open) {
    const auto input = decoder_.next();
    if (!input) return close(input.error().code, input.error().reason);
    if (!*input) return;
    take_input(**input);
  }
}

void WebSocket::take_input(const net::WebSocketInput& input) {
  switch (input.kind) {
    case net::WebSocketInput::Kind::text:
      return events_.message(input.payload);
    case net::WebSocketInput::Kind::ping:
      return write(net::WebSocketOpcode::pong, input.payload);
    case net::WebSocketInput::Kind::pong:
      return;
    case net::WebSocketInput::Kind::close: {
      std::string frame;
      net::append_websocket_close_reply(frame, input.close_code);
      return say_goodbye(std::move(frame),
                         fmt::format("closed by the client ({})", input.close_code));
    }
  }
}

}  // namespace berth::api_mcp
