#include "api/routes/heartbeats.h"

#include <fmt/format.h>

#include <utility>

#include "api/routes/health_report.h"

namespace berth::routes {

Heartbeats::Heartbeats(loop::Loop& loop, const core::StatusSource& status,
                       core::Milliseconds interval)
    : status_(status), interval_(interval), timer_(loop) {}

void Heartbeats::add_routes(http::Router& router) {
  for (const char* path : {"/heartbeat", "/supervisor/heartbeat"}) {
    router.add(http::Method::get, path, {},
               [this](const std::shared_ptr<http::Exchange>& exchange) { open(exchange); });
  }
}

void Heartbeats::open(const std::shared_ptr<http::Exchange>& exchange) {
  if (auto only = exchange->request().query.only({}); !only) return exchange->fail(only.error());
  if (streams_.size() >= kMaxStreams) {
    return exchange->fail(
        {core::ErrorCode::unavailable, "Too many heartbeats are followed", {}, interval_});
  }
  const Stream stream = exchange->start_stream(200, http::event_stream_headers());
  if (stream->closed()) return;
  streams_.insert(stream);
  stream->on_closed([this, weak = std::weak_ptr(stream)] { streams_.erase(weak.lock()); });
  stream->write(
      fmt::format("retry: 1000\nevent: heartbeat\ndata: {}\n\n", health_report(status_.status())));
  if (!timer_.active()) timer_.start_repeating(interval_, [this] { beat(); });
}

void Heartbeats::beat() {
  if (streams_.empty()) return timer_.cancel();
  const std::string text =
      fmt::format("event: heartbeat\ndata: {}\n\n", health_report(status_.status()));
  const std::set<Stream> all = streams_;  // a write may find that a client has gone
  for (const Stream& stream : all) {
    if (stream->pending_bytes() == 0) stream->write(text);
  }
}

void Heartbeats::stop() {
  timer_.cancel();
  for (const Stream& stream : std::exchange(streams_, {})) stream->end();
}

}  // namespace berth::routes
