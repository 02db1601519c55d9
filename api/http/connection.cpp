#include "api/http/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "api/http/response_writer.h"

namespace berth::http {

using core::ErrorCode;

Connection::Connection(FrontContext& context, std::unique_ptr<loop::Stream> stream, bool local)
    : context_(context),
      stream_(std::move(stream)),
      timer_(context.loop),
      opened_at_(core::SystemClock().now()),
      reader_(context.limits) {
  peer_.connection_id = core::ConnectionId::make();
  peer_.local = local;
  peer_.text = stream_->peer_address();
  if (local) {
    peer_.identity = stream_->peer_identity();
    if (peer_.identity) {
      peer_.text = fmt::format("local:pid={},uid={}", peer_.identity->pid, peer_.identity->uid);
    }
  }
}

void Connection::start() {
  stream_->on_drained([this] { on_drained(); });
  arm(Deadline::idle);
  resume_reading();
}

void Connection::pause_reading() {
  if (std::exchange(reading_paused_, true)) return;
  stream_->stop_reading();
}

void Connection::resume_reading() {
  if (peer_ended_ || !std::exchange(reading_paused_, false)) return;
  stream_->start_reading(
      [this](std::string_view bytes) { on_data(bytes); },
      [this](const std::optional<core::Error>& error) { on_end(error.has_value()); });
}

void Connection::on_data(std::string_view bytes) {
  const auto self = shared_from_this();
  received_ += bytes.size();
  if (state_ == State::lingering) {
    discarded_ += bytes.size();
    if (discarded_ > context_.limits.linger_bytes) close();
    return;
  }
  reader_.append(bytes);
  if (state_ == State::reading) {
    advance();
  } else if (reader_.buffered() >= context_.limits.read_ahead_bytes) {
    pause_reading();
  }
}

void Connection::on_end(bool broken) {
  const auto self = shared_from_this();
  peer_ended_ = true;
  if (broken) return close();
  switch (state_) {
    case State::reading:
      return advance();
    case State::handling:
      if (const auto exchange = exchange_.lock()) exchange->notify_disconnected();
      return;
    case State::streaming:
      return close();
    case State::lingering:
      if (shut_down_) close();
      return;
    case State::flushing:
    case State::closed:
      return;
  }
}

void Connection::on_drained() {
  const auto self = shared_from_this();
  if (deadline_ == Deadline::write) {
    arm(state_ == State::lingering ? Deadline::linger : Deadline::none);
  }
  if (state_ == State::flushing) {
    next_request();
  } else if (state_ == State::streaming) {
    if (const auto stream = response_stream_.lock()) stream->notify_drained();
  }
}

void Connection::advance() {
  // A handler that answers at once comes back here through next_request(): the outer loop goes on
  // instead of the stack growing with every pipelined request.
  if (std::exchange(advancing_, true)) return;
  bool more = true;
  while (more && state_ == State::reading) {
    const auto phase = reader_.advance();
    if (!phase) {
      current_ = {Method::get, false, false, core::CorrelationId::make()};
      refuse(phase.error());
      break;
    }
    switch (*phase) {
      case RequestReader::Phase::gate:
        admit();
        break;
      case RequestReader::Phase::complete:
        dispatch();
        break;
      case RequestReader::Phase::idle:
      case RequestReader::Phase::head:
      case RequestReader::Phase::body:
        more = false;
        if (peer_ended_) {
          close();
        } else {
          arm(*phase == RequestReader::Phase::idle   ? Deadline::idle
              : *phase == RequestReader::Phase::head ? Deadline::head
                                                     : Deadline::body);
        }
        break;
    }
  }
  advancing_ = false;
}

void Connection::admit() {
  const Head& head = reader_.head();
  current_ = {head.method, head.http_1_0, head.keep_alive, correlation_id_of(head)};
  auto admitted = try_admit(head);
  if (!admitted) {
    // What follows a body that nobody reads must not be taken for a request.
    current_.keep_alive = current_.keep_alive && !head.framing.has_body();
    return refuse(admitted.error());
  }
  admitted_ = std::move(*admitted);
  admitted_.caller.correlation_id = current_.correlation_id;
  body_started_ = core::SystemClock().instant();
  window_start_ = 0;
  if (head.expects_continue && head.framing.has_body() && reader_.buffered() == 0) {
    write(std::string(kContinue));
  }
}

Accepted<Connection::Admitted> Connection::try_admit(const Head& head) {
  if (auto checked = context_.gate.check_origin(head, peer_); !checked) {
    return tl::unexpected(checked.error());
  }
  auto target = parse_target(head);
  if (!target) return tl::unexpected(target.error());
  auto match = context_.router.match(head.method, target->segments);
  if (!match) return tl::unexpected(match.error());
  const RouteOptions options =
      match->route != nullptr ? match->route->options : RouteOptions{.access = Access::open};
  if (context_.draining && !options.while_draining) {
    auto refusal = http::refuse(RefusalReason::draining, 503, ErrorCode::unavailable,
                                "The service is stopping");
    refusal.value().error.retry_after = context_.limits.retry_after;
    return refusal;
  }
  auto caller = context_.gate.admit(head, peer_, options.access);
  if (!caller) return tl::unexpected(caller.error());
  const std::size_t limit =
      options.body_bytes != 0 ? options.body_bytes : context_.limits.body_bytes;
  if (auto accepted = reader_.accept_body(limit); !accepted) {
    return tl::unexpected(accepted.error());
  }
  return Admitted{std::move(*target), std::move(*match), std::move(*caller)};
}

void Connection::dispatch() {
  state_ = State::handling;
  arm(Deadline::none);
  ++requests_;
  ++context_.statistics.requests;
  if (admitted_.match.route == nullptr) {
    return respond(Response::no_content().with("Allow", admitted_.match.allow));
  }
  Request request;
  request.method = reader_.head().method;
  request.path = std::move(admitted_.target.path);
  request.parameters = std::move(admitted_.match.parameters);
  request.query = std::move(admitted_.target.query);
  request.body = reader_.take_body();
  request.message = std::move(reader_.head().message);
  request.route = admitted_.match.route;
  request.caller = std::move(admitted_.caller);
  request.peer = peer_.text;
  request.local = peer_.local;
  principal_ = request.caller.identity.principal;
  client_id_ = request.caller.client_id;

  const Route& route = *admitted_.match.route;
  auto exchange = std::make_shared<Exchange>(weak_from_this(), std::move(request));
  exchange_ = exchange;
  if (peer_ended_) exchange->notify_disconnected();
  try {
    route.handler(std::move(exchange));
  } catch (const std::exception&) {
    // The exchange, if the handler has not kept it, has already answered 500 on its way out.
    answer_for_handler("It threw");
  }
}

void Connection::next_request() {
  reader_.next();
  state_ = State::reading;
  if (context_.draining && reader_.buffered() == 0) return close();
  resume_reading();
  advance();
}

void Connection::arm(Deadline deadline) {
  if (deadline_ == deadline) return;
  deadline_ = deadline;
  const FrontLimits& limits = context_.limits;
  std::chrono::milliseconds time{0};
  switch (deadline) {
    case Deadline::none:
      return timer_.cancel();
    case Deadline::idle:
      time = limits.idle;
      break;
    case Deadline::head:
      time = limits.head;
      break;
    case Deadline::body:
      time = std::min(limits.body_window, limits.body);
      break;
    case Deadline::write:
      time = limits.write_stall;
      break;
    case Deadline::linger:
      time = limits.linger;
      break;
  }
  timer_.start(time, [this] { on_deadline(); });
}

void Connection::on_deadline() {
  const auto self = shared_from_this();
  switch (std::exchange(deadline_, Deadline::none)) {
    case Deadline::none:
      return;
    case Deadline::idle:
    case Deadline::linger:
      return close();
    case Deadline::head:
      current_ = {Method::get, false, false, core::CorrelationId::make()};
      return refuse({RefusalReason::timed_out,
                     408,
                     {ErrorCode::deadline_exceeded, "The request head took too long", {}, {}}});
    case Deadline::body:
      return check_body_rate();
    case Deadline::write:
      return check_write_progress();
  }
}

void Connection::check_body_rate() {
  const FrontLimits& limits = context_.limits;
  const std::size_t received = reader_.body_received();
  const std::size_t wanted =
      limits.body_min_rate * static_cast<std::size_t>(limits.body_window.count()) / 1000;
  const bool too_long = core::SystemClock().instant() - body_started_ >= limits.body;
  if (too_long || received - window_start_ < wanted) {
    current_.keep_alive = false;
    return refuse({RefusalReason::timed_out,
                   408,
                   {ErrorCode::deadline_exceeded, "The request body took too long", {}, {}}});
  }
  window_start_ = received;
  arm(Deadline::body);
}

void Connection::begin_drain() {
  if (state_ == State::reading && deadline_ == Deadline::idle) close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  state_ = State::closed;
  arm(Deadline::none);
  stream_.reset();
  context_.on_closed(id());
  // Last: what they call may do anything.
  if (const auto stream = response_stream_.lock()) stream->notify_closed();
  if (const auto exchange = exchange_.lock()) exchange->notify_disconnected();
}

ConnectionInfo Connection::info() const {
  ConnectionInfo info;
  info.id = id();
  info.peer = peer_.text;
  info.local = peer_.local;
  info.opened_at = opened_at_;
  switch (state_) {
    case State::reading:
      info.state = deadline_ == Deadline::idle ? "idle" : "reading";
      break;
    case State::handling:
      info.state = "handling";
      break;
    case State::streaming:
      info.state = "streaming";
      break;
    case State::flushing:
      info.state = "responding";
      break;
    case State::lingering:
    case State::closed:
      info.state = "closing";
      break;
  }
  info.requests = requests_;
  info.bytes_received = received_;
  info.bytes_sent = sent_;
  info.principal = principal_;
  info.client_id = client_id_;
  return info;
}

}  // namespace berth::http
