#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/body_decoder.h"
#include "api/http/head_parser.h"
#include "api/http/limits.h"
#include "api/http/refusal.h"

namespace berth::http {

/// The reading half of a connection: its bytes, and how far the request at their start has come.
/// Knows nothing of sockets and clocks.
class RequestReader {
 public:
  enum class Phase {
    idle,  ///< no byte of the next request has come
    head,  ///< in its head
    gate,  ///< the head is complete: accept_body() lets the body in
    body,
    complete,
  };

  explicit RequestReader(const FrontLimits& limits) : limits_(limits), scanner_(limits) {}

  void append(std::string_view bytes) { buffer_.append(bytes); }

  /// Goes on as far as the bytes reach.
  Accepted<Phase> advance();

  Head& head() { return *head_; }
  /// In Phase::gate. 413 if the body is to be larger than `limit`.
  Accepted<void> accept_body(std::size_t limit);
  /// In Phase::complete.
  std::string take_body();
  /// The request is dealt with: the next one begins where it ends.
  void next();

  std::size_t buffered() const { return buffer_.size() - start_; }
  /// Bytes of the current body so far, as they came (with chunk sizes).
  std::size_t body_received() const { return body_received_; }

  /// What has come after the request (for a change of protocol), or is of no interest any more.
  std::string take_rest();

 private:
  std::string_view unread() const { return std::string_view(buffer_).substr(start_); }
  void consume(std::size_t count);
  Accepted<void> read_head();
  Accepted<void> read_body();

  const FrontLimits& limits_;
  Phase phase_ = Phase::idle;
  std::string buffer_;
  std::size_t start_ = 0;  ///< of what is not yet consumed in buffer_
  bool blank_line_seen_ = false;
  HeadScanner scanner_;
  std::optional<Head> head_;
  std::optional<BodyDecoder> body_;
  std::size_t body_received_ = 0;
};

}  // namespace berth::http
