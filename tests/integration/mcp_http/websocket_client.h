#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/integration/mcp_http/mcp_thread.h"
#include "tests/support/websocket_frames.h"

namespace berth::test {

inline const std::string kToken = "Authorization: Bearer client-token\r\n";
inline const std::string kSubprotocol = "Sec-WebSocket-Protocol: mcp\r\n";
inline const std::string kHello = R"({"op":"hello","token":"client-token"})";

/// The opening handshake with the key of RFC 6455.
inline std::string open_websocket(const std::string& fields, const std::string& target = "/ws") {
  return get(target,
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 fields);
}

/// The client's end of a WebSocket; it answers nothing by itself.
class TestWebSocket {
 public:
  explicit TestWebSocket(const McpThread& mcp, const std::string& fields = {})
      : socket_(mcp.connect()) {
    socket_.send(open_websocket(fields));
    response_ = socket_.read_response();
    EXPECT_EQ(response_.status, 101);
  }

  void send(std::string_view text) { socket_.send(client_text(text)); }
  void raw(std::string_view bytes) { socket_.send(bytes); }

  /// The next frame: a text as it is, others as `ping …`, `pong …`, `close <code> <reason>`.
  /// `end` once the connection has closed.
  std::string next() {
    const std::string head = socket_.read_bytes(2);
    if (head.size() < 2) return "end";
    EXPECT_EQ(head[1] & 0x80, 0) << "a server's frame is not masked";
    EXPECT_EQ(head[0] & 0xF0, 0x80) << "the service does not fragment";
    std::size_t length = static_cast<unsigned char>(head[1]);
    if (length >= 126) {
      const std::string extended = socket_.read_bytes(length == 126 ? 2 : 8);
      length = 0;
      for (const char c : extended) length = (length << 8U) | static_cast<unsigned char>(c);
    }
    const std::string payload = socket_.read_bytes(length);
    switch (static_cast<net::WebSocketOpcode>(head[0] & 0x0F)) {
      case net::WebSocketOpcode::text:
        return payload;
      case net::WebSocketOpcode::ping:
        return "ping " + payload;
      case net::WebSocketOpcode::pong:
        return "pong " + payload;
      case net::WebSocketOpcode::close:
        return "close " + close_text(payload);
      default:
        return "another frame";
    }
  }
  std::string ask(std::string_view text) {
    send(text);
    return next();
  }

  bool closed() { return socket_.wait_closed(); }
  void half_close() { socket_.half_close(); }
  void reset() { socket_.reset(); }
  const ClientResponse& response() const { return response_; }

 private:
  static std::string close_text(const std::string& payload) {
    if (payload.size() < 2) return "without a code";
    const int code =
        static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
    return std::to_string(code) + " " + payload.substr(2);
  }

  SocketClient socket_;
  ClientResponse response_;
};

}  // namespace berth::test
