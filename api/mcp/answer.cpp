#include "api/mcp/answer.h"

#include <utility>

namespace berth::api_mcp {

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

void Answer::expect_response() {
  expects_response_ = true;
  patience_.start(kPatience, [weak = weak_from_this()] {
    const auto self = weak.lock();
    // Who has closed its side may still read an answer, but no stream.
    if (self && !self->exchange_->disconnected()) self->open_stream();
  });
}

void Answer::open_stream() {
  if (finished_ || stream_) return;
  patience_.cancel();
  stream_ = make_stream_();
  http::Headers headers = http::event_stream_headers();
  headers.insert(headers.end(), headers_.begin(), headers_.end());
  stream_->on_closed([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->on_abandoned_) std::exchange(self->on_abandoned_, nullptr)();
  });
  stream_->connect(exchange_->start_stream(200, headers));
}

void Answer::take(mcp::Outgoing outgoing) {
  if (finished_) return;
  if (outgoing.kind == mcp::Outgoing::Kind::notification) {
    open_stream();
    return stream_->send(outgoing.text);
  }
  if (outgoing.kind == mcp::Outgoing::Kind::nothing) {
    if (expects_response_) {
      open_stream();
    } else {
      exchange_->respond({202, {}, {}});
    }
  } else if (stream_) {
    stream_->send(outgoing.text);
  } else {
    const int status = status_of(outgoing);
    auto response = http::Response::json(std::move(outgoing.text), status);
    response.headers.insert(response.headers.end(), headers_.begin(), headers_.end());
    exchange_->respond(std::move(response));
  }
  finish();
}

void Answer::finish() {
  finished_ = true;
  patience_.cancel();
  on_abandoned_ = nullptr;
  if (stream_) stream_->end();
  if (const auto callback = std::exchange(on_finished_, nullptr)) callback();
}

int Answer::status_of(const mcp::Outgoing& outgoing) const {
  if (outgoing.refused) return 400;
  if (era_ == Era::handshake) return 200;
  if (outgoing.error_code == mcp::kMissingClientCapability) return 400;
  return outgoing.error_code == mcp::kMethodNotFound ? 404 : 200;
}

void refuse(http::Exchange& exchange, int status, const std::optional<mcp::MessageId>& id,
            const mcp::RpcError& error) {
  exchange.respond(http::Response::json(mcp::encode_error(id, error), status));
}

}  // namespace berth::api_mcp
