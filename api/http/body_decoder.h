#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/head_parser.h"
#include "api/http/refusal.h"

namespace berth::http {

/// Takes a request body out of the bytes of a connection, by length or in chunks (RFC 9112 section
/// 7.1), and keeps it in memory. Chunk extensions and trailers are checked, bounded and dropped.
class BodyDecoder {
 public:
  /// `limit`: most bytes of body. too_large at once if the framing names a greater length.
  static Accepted<BodyDecoder> create(const Framing& framing, std::size_t limit);

  /// Takes what belongs to the body and returns how much that was; the rest is the next request.
  Accepted<std::size_t> feed(std::string_view bytes);

  bool complete() const { return state_ == State::complete; }
  std::string take() { return std::move(body_); }

 private:
  enum class State {
    plain,        ///< remaining_ bytes of a body with a length
    size,         ///< digits of a chunk's size
    extension,    ///< after the size, up to the line's end
    size_end,     ///< its line feed
    data,         ///< remaining_ bytes of a chunk
    data_return,  ///< the line end after it
    data_end,
    trailer,  ///< at the start of or inside a trailer line
    trailer_end,
    complete,
  };

  BodyDecoder(State state, std::uint64_t remaining, std::size_t limit)
      : state_(state), remaining_(remaining), limit_(limit) {}

  Accepted<void> feed_control(char c);
  Accepted<void> feed_size(char c);
  Accepted<void> feed_trailer(char c);
  Accepted<void> begin_chunk();

  State state_;
  std::uint64_t remaining_;
  std::size_t limit_;
  std::size_t digits_ = 0;
  std::size_t overhead_ = 0;  ///< bytes of extensions and trailers
  bool trailer_line_empty_ = true;
  std::string body_;
};

}  // namespace berth::http
