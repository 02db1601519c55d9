#include "api/http/request_reader.h"

namespace berth::http {
namespace {

// Below this, moving what is left to the front costs more than it frees.
constexpr std::size_t kCompactAbove = 16U << 10U;
// An idle connection keeps at most this much memory for its next request.
constexpr std::size_t kKeptCapacity = 4U << 10U;

}  // namespace

void RequestReader::consume(std::size_t count) {
  start_ += count;
  if (start_ == buffer_.size()) {
    start_ = 0;
    if (buffer_.capacity() > kKeptCapacity) {
      buffer_ = std::string();
    } else {
      buffer_.clear();
    }
  } else if (start_ > kCompactAbove && start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
}

Accepted<RequestReader::Phase> RequestReader::advance() {
  if (phase_ == Phase::idle && buffered() > 0) phase_ = Phase::head;
  if (phase_ == Phase::head) {
    if (auto read = read_head(); !read) return tl::unexpected(read.error());
  }
  if (phase_ == Phase::body) {
    if (auto read = read_body(); !read) return tl::unexpected(read.error());
  }
  return phase_;
}

Accepted<void> RequestReader::read_head() {
  // One empty line before a request is ignored (RFC 9112 section 2.2): some old clients end a body
  // with one.
  if (!blank_line_seen_) {
    if (unread() == "\r") return {};
    if (unread().starts_with("\r\n")) {
      blank_line_seen_ = true;
      consume(2);
    }
    if (buffered() == 0) {
      phase_ = Phase::idle;
      return {};
    }
  }
  const auto length = scanner_.scan(unread());
  if (!length) return tl::unexpected(length.error());
  if (*length == 0) return {};
  auto head = parse_head(unread().substr(0, *length), limits_);
  if (!head) return tl::unexpected(head.error());
  head_ = std::move(*head);
  consume(*length);
  phase_ = Phase::gate;
  return {};
}

Accepted<void> RequestReader::accept_body(std::size_t limit) {
  auto decoder = BodyDecoder::create(head_->framing, limit);
  if (!decoder) return tl::unexpected(decoder.error());
  body_ = std::move(*decoder);
  phase_ = body_->complete() ? Phase::complete : Phase::body;
  return {};
}

Accepted<void> RequestReader::read_body() {
  const auto taken = body_->feed(unread());
  if (!taken) return tl::unexpected(taken.error());
  body_received_ += *taken;
  consume(*taken);
  if (body_->complete()) phase_ = Phase::complete;
  return {};
}

std::string RequestReader::take_body() {
  return body_->take();
}

void RequestReader::next() {
  phase_ = Phase::idle;
  blank_line_seen_ = false;
  scanner_.reset();
  head_.reset();
  body_.reset();
  body_received_ = 0;
}

std::string RequestReader::take_rest() {
  std::string rest(unread());
  buffer_ = std::string();
  start_ = 0;
  return rest;
}

}  // namespace berth::http
