#include "api/http/exchange.h"

#include <utility>

#include "api/http/connection.h"
#include "api/http/problem.h"

namespace berth::http {

ResponseStream::~ResponseStream() {
  if (closed_) return;
  if (const auto connection = connection_.lock()) connection->abort_stream();
}

void ResponseStream::write(std::string_view bytes) {
  if (closed_ || bytes.empty()) return;
  if (const auto connection = connection_.lock()) connection->write_stream(bytes);
}

void ResponseStream::end() {
  if (std::exchange(closed_, true)) return;
  on_closed_ = nullptr;
  on_drained_ = nullptr;
  if (const auto connection = connection_.lock()) connection->end_stream();
}

std::size_t ResponseStream::pending_bytes() const {
  const auto connection = connection_.lock();
  return connection && !closed_ ? connection->pending_bytes() : 0;
}

void ResponseStream::on_closed(std::function<void()> callback) {
  if (lost_) {
    callback();
  } else if (!closed_) {
    on_closed_ = std::move(callback);
  }
}

void ResponseStream::notify_closed() {
  if (std::exchange(closed_, true)) return;
  lost_ = true;
  on_drained_ = nullptr;
  // Moved out first: the callback may drop this stream.
  if (const auto callback = std::exchange(on_closed_, nullptr)) callback();
}

void ResponseStream::notify_drained() {
  if (const auto callback = on_drained_) callback();
}

Exchange::~Exchange() {
  if (const auto connection = begin_answer()) connection->answer_for_handler("It did not answer");
}

std::shared_ptr<Connection> Exchange::begin_answer() {
  if (std::exchange(answered_, true)) return nullptr;
  on_disconnect_ = nullptr;
  return connection_.lock();
}

void Exchange::respond(Response response) {
  if (const auto connection = begin_answer()) connection->respond(std::move(response));
}

void Exchange::fail(const core::Error& error) {
  respond(problem(error, request_.caller.correlation_id));
}

std::shared_ptr<ResponseStream> Exchange::start_stream(int status, const Headers& headers) {
  auto stream = std::make_shared<ResponseStream>(connection_);
  const auto connection = begin_answer();
  if (!connection || !connection->start_stream(stream, status, headers)) stream->notify_closed();
  return stream;
}

std::optional<Upgraded> Exchange::upgrade(const Headers& headers) {
  constexpr int kSwitchingProtocols = 101;
  return hand_over(kSwitchingProtocols, headers);
}

std::optional<Upgraded> Exchange::hand_over(int status, const Headers& headers) {
  if (answered_ || disconnected_) return std::nullopt;
  const auto connection = begin_answer();
  if (!connection) return std::nullopt;
  return connection->hand_over(status, headers);
}

void Exchange::on_disconnect(std::function<void()> callback) {
  if (answered_) return;
  if (disconnected_) {
    callback();
  } else {
    on_disconnect_ = std::move(callback);
  }
}

void Exchange::notify_disconnected() {
  if (std::exchange(disconnected_, true)) return;
  if (const auto callback = std::exchange(on_disconnect_, nullptr)) callback();
}

}  // namespace berth::http
