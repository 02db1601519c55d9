#include <utility>

#include "api/http/connection.h"
#include "api/http/problem.h"
#include "api/http/response_writer.h"

namespace berth::http {
namespace {

// Up to here head and body leave in one write, and so in one packet or two.
constexpr std::size_t kJoinBelow = 16U << 10U;

}  // namespace

void Connection::write(std::string bytes) {
  sent_ += bytes.size();
  stream_->write(std::move(bytes));
}

void Connection::refuse(const Refusal& refusal) {
  ++context_.statistics.refused[static_cast<std::size_t>(refusal.reason)];
  Response response = problem(refusal.error, current_.correlation_id, refusal.status);
  response.headers.insert(response.headers.end(), refusal.headers.begin(), refusal.headers.end());
  send(std::move(response));
}

void Connection::turn_away() {
  stream_->on_drained([this] { on_drained(); });
  current_.correlation_id = core::CorrelationId::make();
  refuse({RefusalReason::capacity,
          503,
          {core::ErrorCode::unavailable,
           "Too many connections are open",
           {},
           context_.limits.retry_after}});
}

void Connection::respond(Response response) {
  if (state_ != State::handling) return;
  const auto self = shared_from_this();
  if (!check_headers(response.headers)) {
    return answer_for_handler("It set a response header that is not allowed");
  }
  send(std::move(response));
}

void Connection::answer_for_handler(std::string_view what_happened) {
  if (state_ != State::handling) return;
  // Dropped because the client went away: nobody's fault, and nobody listens.
  if (!peer_ended_) ++context_.statistics.handler_failures;
  const auto self = shared_from_this();
  send(problem({core::ErrorCode::internal,
                "The request's handler failed: " + std::string(what_happened),
                {},
                {}},
               current_.correlation_id));
}

void Connection::send(Response response) {
  current_.keep_alive = current_.keep_alive && !context_.draining;
  const bool bodiless = is_bodiless(response.status);
  ResponseFrame frame;
  frame.end = bodiless ? BodyEnd::none : BodyEnd::length;
  frame.length = response.body.size();
  frame.keep_alive = current_.keep_alive;
  frame.correlation_id = current_.correlation_id;
  std::string head = format_head(response.status, response.headers, frame);
  if (bodiless || current_.method == Method::head) response.body.clear();
  if (response.body.size() < kJoinBelow) {
    write(std::move(head) + response.body);
  } else {
    write(std::move(head));
    if (state_ != State::closed) write(std::move(response.body));
  }
  finish_response();
}

bool Connection::start_stream(const std::shared_ptr<ResponseStream>& stream, int status,
                              const Headers& headers) {
  if (state_ != State::handling) return false;
  const auto self = shared_from_this();
  if (!check_headers(headers)) {
    answer_for_handler("It set a response header that is not allowed");
    return false;
  }
  current_.keep_alive = current_.keep_alive && !context_.draining && !current_.http_1_0;
  const bool bodiless = is_bodiless(status);
  ResponseFrame frame;
  frame.end = bodiless ? BodyEnd::none : current_.http_1_0 ? BodyEnd::close : BodyEnd::chunked;
  frame.keep_alive = current_.keep_alive;
  frame.correlation_id = current_.correlation_id;
  write(format_head(status, headers, frame));
  if (state_ == State::closed) return false;
  if (bodiless || current_.method == Method::head) {
    finish_response();
    return false;
  }
  exchange_.reset();
  state_ = State::streaming;
  if (peer_ended_) {
    close();
    return false;
  }
  response_stream_ = stream;
  watch_writes();
  return true;
}

void Connection::write_stream(std::string_view bytes) {
  if (state_ != State::streaming) return;
  const auto self = shared_from_this();
  write(current_.http_1_0 ? std::string(bytes) : format_chunk(bytes));
  if (state_ == State::closed) return;
  if (pending_bytes() > context_.limits.stream_pending_bytes) {
    ++context_.statistics.stalled_writes;
    return close();
  }
  watch_writes();
}

void Connection::end_stream() {
  if (state_ != State::streaming) return;
  const auto self = shared_from_this();
  if (!current_.http_1_0) write(std::string(kLastChunk));
  finish_response();
}

void Connection::abort_stream() {
  if (state_ == State::streaming) close();
}

std::optional<Upgraded> Connection::hand_over(int status, const Headers& headers) {
  if (state_ != State::handling || peer_ended_) return std::nullopt;
  const auto self = shared_from_this();
  if (!check_headers(headers)) {
    answer_for_handler("It set a response header that is not allowed");
    return std::nullopt;
  }
  ResponseFrame frame;
  frame.end = is_bodiless(status) ? BodyEnd::none : BodyEnd::close;
  frame.keep_alive = false;
  frame.correlation_id = current_.correlation_id;
  write(format_head(status, headers, frame));
  if (state_ == State::closed) return std::nullopt;
  pause_reading();
  stream_->on_drained(nullptr);
  state_ = State::closed;
  exchange_.reset();
  arm(Deadline::none);
  Upgraded upgraded{std::move(stream_), reader_.take_rest(), context_.take_upgrade_slot()};
  context_.on_closed(id());
  return upgraded;
}

void Connection::finish_response() {
  if (state_ == State::closed) return;
  exchange_.reset();
  response_stream_.reset();
  if (!current_.keep_alive) return linger();
  if (pending_bytes() == 0) return next_request();
  // The next request waits until the client has taken this answer: what it can make the service
  // hold is one response, however many requests it sends ahead.
  state_ = State::flushing;
  watch_writes();
}

void Connection::linger() {
  state_ = State::lingering;
  reader_.take_rest();
  arm(Deadline::none);
  watch_writes();
  if (deadline_ == Deadline::none) arm(Deadline::linger);
  resume_reading();
  stream_->shutdown([this] {
    const auto self = shared_from_this();
    shut_down_ = true;
    if (peer_ended_) return close();
    arm(Deadline::linger);
  });
}

void Connection::watch_writes() {
  if (pending_bytes() == 0 || deadline_ == Deadline::write) return;
  taken_ = sent_ - pending_bytes();
  arm(Deadline::write);
}

void Connection::check_write_progress() {
  if (pending_bytes() == 0) return;
  if (sent_ - pending_bytes() == taken_) {
    ++context_.statistics.stalled_writes;
    return close();
  }
  watch_writes();
}

}  // namespace berth::http
