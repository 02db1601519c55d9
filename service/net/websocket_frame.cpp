#include "service/net/websocket_frame.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "service/core/text.h"

namespace berth::net {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr unsigned kLength16 = 126;  // as a frame's length: two more bytes have it
constexpr unsigned kLength64 = 127;  // eight more bytes
constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kCloseCodeBytes = 2;

tl::unexpected<WebSocketFailure> failure(CloseCode code, std::string reason) {
  return tl::unexpected<WebSocketFailure>(WebSocketFailure{code, std::move(reason)});
}

tl::unexpected<WebSocketFailure> breach(std::string reason) {
  return failure(CloseCode::protocol_error, std::move(reason));
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) number = (number << 8U) | byte_at(bytes, i);
  return number;
}

void append_big_endian(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<char>(number >> (8U * i)));
}

std::size_t extended_length_bytes(unsigned length) {
  if (length == kLength16) return 2;
  return length == kLength64 ? 8 : 0;
}

bool is_opcode(unsigned opcode) {
  return opcode <= static_cast<unsigned>(WebSocketOpcode::binary) ||
         (opcode >= static_cast<unsigned>(WebSocketOpcode::close) &&
          opcode <= static_cast<unsigned>(WebSocketOpcode::pong));
}

/// Section 5.3. Eight bytes at a time: a message may have 32 MiB.
void unmask(char* bytes, std::size_t count, const std::array<char, 4>& mask) {
  std::array<char, 8> twice{};
  for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = mask[i % mask.size()];
  const auto key = std::bit_cast<std::uint64_t>(twice);
  std::size_t at = 0;
  for (; at + sizeof key <= count; at += sizeof key) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, sizeof word);
    word ^= key;
    std::memcpy(bytes + at, &word, sizeof word);
  }
  for (; at < count; ++at) bytes[at] = static_cast<char>(bytes[at] ^ twice[at % twice.size()]);
}

/// Codes that may stand in a close frame: those of section 7.4.1, the registered ones up to 1014,
/// and those for libraries and applications.
bool may_be_sent(std::uint64_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace

tl::expected<std::optional<WebSocketInput>, WebSocketFailure> WebSocketDecoder::next() {
  const auto fail = [this](WebSocketFailure why) {
    failure_ = std::move(why);
    unread_ = message_ = control_ = std::string();
    return tl::unexpected<WebSocketFailure>(*failure_);
  };
  if (failure_) return tl::unexpected<WebSocketFailure>(*failure_);
  while (true) {
    if (!frame_) {
      const auto complete = read_header();
      if (!complete) return fail(complete.error());
      if (!*complete) break;
    }
    if (const auto read = read_payload(); !read) return fail(read.error());
    if (frame_->left > 0) break;
    auto input = end_frame();
    if (!input) return fail(input.error());
    if (*input) return input;
  }
  forget_taken();
  return std::nullopt;
}

void WebSocketDecoder::forget_taken() {
  unread_.erase(0, std::exchange(taken_, 0));
}

/// Section 5.2. False if it is not complete.
tl::expected<bool, WebSocketFailure> WebSocketDecoder::read_header() {
  const std::string_view bytes = unread();
  if (bytes.size() < 2) return false;
  const unsigned first = byte_at(bytes, 0);
  const unsigned second = byte_at(bytes, 1);
  if (const auto checked = check_first_bytes(first, second); !checked) {
    return tl::unexpected(checked.error());
  }
  Frame frame;
  frame.opcode = static_cast<WebSocketOpcode>(first & kOpcode);
  frame.last = (first & kFinal) != 0;
  frame.left = second & kLength;
  const std::size_t extended = extended_length_bytes(second & kLength);
  if (bytes.size() < 2 + extended) return false;
  if (extended > 0) {
    frame.left = big_endian(bytes.substr(2, extended));
    if (frame.left <= (extended == 2 ? kMaxControl : 0xFFFFU)) {
      return breach("a length is not written in the shortest way");
    }
  }
  if (const auto begun = begin_frame(frame); !begun) return tl::unexpected(begun.error());
  if (bytes.size() < 2 + extended + frame.mask.size()) return false;
  std::ranges::copy(bytes.substr(2 + extended, frame.mask.size()), frame.mask.begin());
  taken_ += 2 + extended + frame.mask.size();
  frame_ = frame;
  if (!frame.is_control()) in_message_ = true;
  return true;
}

WebSocketDecoder::Checked WebSocketDecoder::check_first_bytes(unsigned first,
                                                              unsigned second) const {
  if ((first & kReserved) != 0) return breach("a reserved bit is set");
  if (!is_opcode(first & kOpcode)) return breach("an opcode is not known");
  if ((second & kMasked) == 0) return breach("a client's frame is not masked");
  const auto opcode = static_cast<WebSocketOpcode>(first & kOpcode);
  if (opcode >= WebSocketOpcode::close) {
    if ((first & kFinal) == 0) return breach("a control frame is fragmented");
    if ((second & kLength) > kMaxControl) return breach("a control frame is too long");
    return {};
  }
  if (opcode == WebSocketOpcode::binary) {
    return failure(CloseCode::unsupported_data, "messages are text here");
  }
  if ((opcode == WebSocketOpcode::continuation) != in_message_) {
    return breach(in_message_ ? "a message begins inside another" : "nothing is to be continued");
  }
  return {};
}

/// Before its payload is taken, and so before it costs memory.
WebSocketDecoder::Checked WebSocketDecoder::begin_frame(const Frame& frame) {
  if (frame.is_control()) return {};
  if (frame.left > longest_ || message_.size() > longest_ - frame.left) {
    return failure(CloseCode::too_large,
                   "a message is longer than " + std::to_string(longest_) + " bytes");
  }
  return {};
}

/// Takes what there is of the frame's payload (section 5.3).
WebSocketDecoder::Checked WebSocketDecoder::read_payload() {
  Frame& frame = *frame_;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(frame.left, unread().size()));
  std::string& target = frame.is_control() ? control_ : message_;
  const std::size_t from = target.size();
  target.append(unread(), 0, count);
  unmask(target.data() + from, count, frame.mask);
  std::rotate(frame.mask.begin(), frame.mask.begin() + static_cast<std::ptrdiff_t>(count % 4),
              frame.mask.end());
  frame.left -= count;
  taken_ += count;
  if (!frame.is_control() && !is_text_so_far(frame.last && frame.left == 0)) {
    return failure(CloseCode::invalid_text, "a text is not valid UTF-8");
  }
  return {};
}

/// Checks each byte once, as it comes; a character that may not be `complete` waits for its rest.
bool WebSocketDecoder::is_text_so_far(bool complete) {
  constexpr std::size_t kLongestCharacter = 4;
  constexpr unsigned kFirstLead = 0xC0;
  std::size_t end = message_.size();
  const std::size_t tail = std::min(end - checked_, kLongestCharacter);
  for (std::size_t back = 1; !complete && back <= tail; ++back) {
    if (core::continues_character(message_[end - back])) continue;
    if (byte_at(message_, end - back) >= kFirstLead) end -= back;
    break;
  }
  if (!core::is_valid_utf8(std::string_view(message_).substr(checked_, end - checked_))) {
    return false;
  }
  checked_ = end;
  return true;
}

tl::expected<std::optional<WebSocketInput>, WebSocketFailure> WebSocketDecoder::end_frame() {
  const Frame frame = *std::exchange(frame_, std::nullopt);
  switch (frame.opcode) {
    case WebSocketOpcode::close:
      return end_close();
    case WebSocketOpcode::ping:
      return WebSocketInput{WebSocketInput::Kind::ping, std::exchange(control_, {}), 0};
    case WebSocketOpcode::pong:
      return WebSocketInput{WebSocketInput::Kind::pong, std::exchange(control_, {}), 0};
    default:
      break;
  }
  if (!frame.last) return std::nullopt;
  in_message_ = false;
  checked_ = 0;
  return WebSocketInput{WebSocketInput::Kind::text, std::exchange(message_, {}), 0};
}

/// Section 5.5.1.
tl::expected<std::optional<WebSocketInput>, WebSocketFailure> WebSocketDecoder::end_close() {
  const std::string payload = std::exchange(control_, {});
  if (payload.empty()) return WebSocketInput{WebSocketInput::Kind::close, {}, kNoCloseCode};
  if (payload.size() < kCloseCodeBytes) return breach("a close frame has half a code");
  const std::uint64_t code = big_endian(std::string_view(payload).substr(0, kCloseCodeBytes));
  if (!may_be_sent(code)) return breach("a close frame has a code that may not be sent");
  std::string reason = payload.substr(kCloseCodeBytes);
  if (!core::is_valid_utf8(reason)) {
    return failure(CloseCode::invalid_text, "a reason is not valid UTF-8");
  }
  return WebSocketInput{WebSocketInput::Kind::close, std::move(reason),
                        static_cast<std::uint16_t>(code)};
}

void append_websocket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload) {
  constexpr std::size_t kMaxHeader = 10;
  out.reserve(out.size() + payload.size() + kMaxHeader);
  out.push_back(static_cast<char>(kFinal | static_cast<unsigned>(opcode)));
  if (payload.size() <= kMaxControl) {
    out.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() <= 0xFFFF) {
    out.push_back(static_cast<char>(kLength16));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(kLength64));
    append_big_endian(out, payload.size(), 8);
  }
  out.append(payload);
}

void append_websocket_close(std::string& out, CloseCode code, std::string_view reason) {
  std::size_t length = std::min(reason.size(), kMaxControl - kCloseCodeBytes);
  while (length > 0 && length < reason.size() && core::continues_character(reason[length])) {
    --length;
  }
  std::string payload;
  append_big_endian(payload, static_cast<std::uint64_t>(code), kCloseCodeBytes);
  payload.append(reason.substr(0, length));
  append_websocket_frame(out, WebSocketOpcode::close, payload);
}

void append_websocket_close_reply(std::string& out, std::uint16_t code) {
  std::string payload;
  if (code != kNoCloseCode) append_big_endian(payload, code, kCloseCodeBytes);
  append_websocket_frame(out, WebSocketOpcode::close, payload);
}

}  // namespace berth::net
