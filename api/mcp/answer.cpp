#include "api/mcp/answer.h"

#include <utility>

namespace berth::api_mcp {
namespace {

/// Keeps proxies and clients with an idle time-out from closing a stream on which nothing happens.
constexpr std::chrono::seconds kKeepAlive{15};

}  // namespace

mcp::Reply Answer::reply() {
  return [self = shared_from_this()](mcp::Outgoing outgoing) { self->take(std::move(outgoing)); };
}

void Answer::on_abandoned(std::function<void()> callback) {
  on_abandoned_ = std::move(callback);
  exchange_->on_disconnect([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->on_abandoned_) std::exchange(self->on_abandoned_, nullptr)();
  });
}

void Answer::open_stream() {
  if (finished_ || stream_) return;
  http::Headers headers = std::move(headers_);
  headers.push_back({"Content-Type", "text/event-stream"});
  headers.push_back({"X-Accel-Buffering", "no"});
  stream_ = exchange_->start_stream(200, std::move(headers));
  stream_->on_closed([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->on_abandoned_) std::exchange(self->on_abandoned_, nullptr)();
  });
  keep_stream_alive();
}

void Answer::keep_stream_alive() {
  keep_alive_.start_repeating(kKeepAlive, [this] {
    if (stream_->pending_bytes() == 0) stream_->write(":\n\n");
  });
}

void Answer::take(mcp::Outgoing outgoing) {
  if (finished_) return;
  if (outgoing.kind == mcp::Outgoing::Kind::notification) {
    open_stream();
    return send_event(outgoing.text);
  }
  if (outgoing.kind == mcp::Outgoing::Kind::nothing) {
    if (expects_response_) {
      open_stream();
    } else {
      exchange_->respond({202, {}, {}});
    }
  } else if (stream_) {
    send_event(outgoing.text);
  } else {
    const int status = status_of(outgoing);
    auto response = http::Response::json(std::move(outgoing.text), status);
    response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
    exchange_->respond(std::move(response));
  }
  finish();
}

void Answer::send_event(const std::string& message) {
  // Messages have no newline in them, so one data line is enough.
  stream_->write("event: message\ndata: " + message + "\n\n");
}

void Answer::finish() {
  finished_ = true;
  keep_alive_.cancel();
  on_abandoned_ = nullptr;
  if (stream_) stream_->end();
  if (const auto callback = std::exchange(on_finished_, nullptr)) callback();
}

int Answer::status_of(const mcp::Outgoing& outgoing) const {
  if (outgoing.refused) return 400;
  return era_ == Era::modern && outgoing.error_code == mcp::kMethodNotFound ? 404 : 200;
}

void refuse(http::Exchange& exchange, int status, const std::optional<mcp::MessageId>& id,
            const mcp::RpcError& error) {
  exchange.respond(http::Response::json(mcp::encode_error(id, error), status));
}

}  // namespace berth::api_mcp
