#include "api/http/body_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/http/syntax.h"

namespace berth::http {
namespace {

constexpr std::size_t kMaxSizeDigits = 16;
// All extensions and trailers of one body together. Nobody sends them; they are only room to waste
// a server's time in.
constexpr std::size_t kMaxOverhead = 16U << 10U;

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

tl::unexpected<Refusal> refuse_body(std::size_t limit) {
  return refuse(RefusalReason::too_large, 413, core::ErrorCode::too_large,
                fmt::format("The body is larger than {} bytes", limit));
}

}  // namespace

Accepted<BodyDecoder> BodyDecoder::create(const Framing& framing, std::size_t limit) {
  if (framing.kind == Framing::Kind::chunked) return BodyDecoder(State::size, 0, limit);
  if (framing.length > limit) return refuse_body(limit);
  return BodyDecoder(framing.length == 0 ? State::complete : State::plain, framing.length, limit);
}

Accepted<std::size_t> BodyDecoder::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::complete) {
    if (state_ != State::plain && state_ != State::data) {
      if (auto fed = feed_control(bytes[taken]); !fed) return tl::unexpected(fed.error());
      ++taken;
      continue;
    }
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size() - taken));
    body_.append(bytes.substr(taken, count));
    taken += count;
    remaining_ -= count;
    if (remaining_ == 0) state_ = state_ == State::plain ? State::complete : State::data_return;
  }
  return taken;
}

Accepted<void> BodyDecoder::feed_control(char c) {
  switch (state_) {
    case State::size:
      return feed_size(c);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_end;
      } else if (!is_field_byte(c)) {
        return refuse_malformed("A chunk extension has a control character");
      } else if (++overhead_ > kMaxOverhead) {
        return refuse_malformed("The chunk extensions are too long");
      }
      return {};
    case State::size_end:
      if (c != '\n') return refuse_malformed("A chunk's size is not followed by a line end");
      return begin_chunk();
    case State::data_return:
      if (c != '\r') return refuse_malformed("A chunk is longer than its size says");
      state_ = State::data_end;
      return {};
    case State::data_end:
      if (c != '\n') return refuse_malformed("A chunk is not followed by a line end");
      state_ = State::size;
      return {};
    case State::trailer:
    case State::trailer_end:
      return feed_trailer(c);
    case State::plain:
    case State::data:
    case State::complete:
      break;
  }
  return {};
}

Accepted<void> BodyDecoder::feed_size(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    if (++digits_ > kMaxSizeDigits) return refuse_malformed("A chunk's size has too many digits");
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (digits_ == 0) return refuse_malformed("A chunk's size must be hexadecimal digits");
  if (c == '\r') {
    state_ = State::size_end;
  } else if (c == ';') {
    ++overhead_;
    state_ = State::extension;
  } else {
    return refuse_malformed("A chunk's size must be hexadecimal digits");
  }
  return {};
}

Accepted<void> BodyDecoder::begin_chunk() {
  digits_ = 0;
  if (remaining_ > limit_ - body_.size()) return refuse_body(limit_);
  state_ = remaining_ == 0 ? State::trailer : State::data;
  return {};
}

Accepted<void> BodyDecoder::feed_trailer(char c) {
  if (state_ == State::trailer_end) {
    if (c != '\n') return refuse_malformed("A trailer is not followed by a line end");
    state_ = trailer_line_empty_ ? State::complete : State::trailer;
    trailer_line_empty_ = true;
    return {};
  }
  if (c == '\r') {
    state_ = State::trailer_end;
    return {};
  }
  if (!is_field_byte(c) ||
      (trailer_line_empty_ && !kTokenCharacters[static_cast<std::uint8_t>(c)])) {
    return refuse_malformed("A trailer is not a header field");
  }
  trailer_line_empty_ = false;
  if (++overhead_ > kMaxOverhead) return refuse_malformed("The trailers are too long");
  return {};
}

}  // namespace berth::http
