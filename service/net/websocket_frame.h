#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

/// Frames of a WebSocket as a server reads and writes them (RFC 6455 sections 5, 7.4 and 8.1),
/// without extensions. Messages are text; a client that sends binary ones is refused.
namespace berth::net {

/// Why a WebSocket is closed (RFC 6455 section 7.4.1): those that this side sends.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,  ///< a binary message
  invalid_text = 1007,      ///< not UTF-8
  policy_violation = 1008,
  too_large = 1009,
  internal_error = 1011,
};

/// What a close frame without a code counts as; never on the wire.
inline constexpr std::uint16_t kNoCloseCode = 1005;

enum class WebSocketOpcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// A whole message, or a control frame.
struct WebSocketInput {
  enum class Kind { text, ping, pong, close };
  Kind kind = Kind::text;
  std::string payload;           ///< of a text valid UTF-8; of a close its reason
  std::uint16_t close_code = 0;  ///< of a close
};

/// How a client broke the protocol: the code to close with, and a reason for people.
struct WebSocketFailure {
  CloseCode code = CloseCode::protocol_error;
  std::string reason;
};

/// Puts messages together from the bytes of a client, which masks its frames. A frame that is wrong
/// is refused by its head, a text at its first wrong character. Holds at most one message and what
/// one feed() brought. One thread.
class WebSocketDecoder {
 public:
  /// `longest`: bytes of a message, over all its fragments.
  explicit WebSocketDecoder(std::size_t longest) : longest_(longest) {}

  /// From the next frame on.
  void set_longest(std::size_t longest) { longest_ = longest; }

  void feed(std::string_view bytes) { unread_.append(bytes); }
  /// The next message or control frame, nothing if more bytes are needed. After a failure the
  /// stream can't be used any more: every further call fails alike.
  tl::expected<std::optional<WebSocketInput>, WebSocketFailure> next();

 private:
  struct Frame {
    WebSocketOpcode opcode = WebSocketOpcode::continuation;
    bool last = false;  ///< FIN: of its message
    std::uint64_t left = 0;
    std::array<char, 4> mask{};  ///< of what is left

    bool is_control() const { return opcode >= WebSocketOpcode::close; }
  };
  using Checked = tl::expected<void, WebSocketFailure>;

  tl::expected<bool, WebSocketFailure> read_header();
  Checked check_first_bytes(unsigned first, unsigned second) const;
  Checked begin_frame(const Frame& frame);
  Checked read_payload();
  bool is_text_so_far(bool complete);
  tl::expected<std::optional<WebSocketInput>, WebSocketFailure> end_frame();
  tl::expected<std::optional<WebSocketInput>, WebSocketFailure> end_close();
  std::string_view unread() const { return std::string_view(unread_).substr(taken_); }
  void forget_taken();

  std::size_t longest_;
  std::string unread_;
  std::size_t taken_ = 0;  // of unread_
  std::optional<Frame> frame_;
  bool in_message_ = false;  // a message has begun whose last frame has not ended
  std::string message_;
  std::size_t checked_ = 0;  // of message_: is UTF-8
  std::string control_;
  std::optional<WebSocketFailure> failure_;
};

/// Appends one unmasked frame that is a message, or a control frame of at most 125 bytes.
void append_websocket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload);

/// Appends a close frame; a reason that is too long loses its end.
void append_websocket_close(std::string& out, CloseCode code, std::string_view reason);

/// The answer to a client's close frame: its own code, or none if it sent none.
void append_websocket_close_reply(std::string& out, std::uint16_t code);

}  // namespace berth::net
