#include "api/mcp/event_stream.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace berth::api_mcp {
namespace {

/// Keeps proxies and clients with an idle time-out from closing a stream on which nothing happens.
constexpr std::chrono::seconds kKeepAlive{15};
/// How long a client waits before it comes back for the rest.
constexpr std::chrono::milliseconds kRetry{500};

}  // namespace

EventStream::EventStream(loop::Loop& loop, std::string name, bool primed,
                         std::size_t max_kept_bytes)
    : keep_alive_(loop), name_(std::move(name)), max_kept_bytes_(max_kept_bytes) {
  if (primed)
    keep({++last_, fmt::format("id: {}-{}\nretry: {}\ndata: \n\n", name_, last_, kRetry.count())});
}

void EventStream::connect(std::shared_ptr<http::ResponseStream> connection, std::uint64_t after) {
  connection_ = std::move(connection);
  connection_->on_closed([this, closed = std::weak_ptr(connection_)] {
    if (closed.lock() != connection_) return;  // another one has taken its place
    keep_alive_.cancel();
    connection_.reset();
    if (on_closed_) on_closed_();
  });
  for (const Event& event : kept_) {
    if (event.number > after) write(event.text);
  }
  if (!connection_) return;
  if (ended_) return std::exchange(connection_, nullptr)->end();
  keep_alive_.start_repeating(kKeepAlive, [this] {
    if (connection_ && connection_->pending_bytes() == 0) connection_->write(":\n\n");
  });
}

void EventStream::send(const std::string& message) {
  // Messages have no newline in them, so one data line is enough.
  if (name_.empty()) return write(fmt::format("event: message\ndata: {}\n\n", message));
  ++last_;
  keep({last_, fmt::format("id: {}-{}\nevent: message\ndata: {}\n\n", name_, last_, message)});
  write(kept_.back().text);
}

void EventStream::keep(Event event) {
  kept_bytes_ += event.text.size();
  kept_.push_back(std::move(event));
  while (kept_.size() > 1 && kept_bytes_ > max_kept_bytes_) {
    kept_bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
}

void EventStream::write(const std::string& text) {
  if (connection_) connection_->write(text);
}

void EventStream::end() {
  ended_ = true;
  keep_alive_.cancel();
  on_closed_ = nullptr;
  if (const auto connection = std::exchange(connection_, nullptr)) connection->end();
}

std::optional<EventPosition> EventPosition::parse(std::string_view id) {
  const std::size_t dash = id.find('-');
  if (dash == 0 || dash == std::string_view::npos) return std::nullopt;
  EventPosition position{std::string(id.substr(0, dash)), 0};
  const std::string_view number = id.substr(dash + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), position.number);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return position;
}

}  // namespace berth::api_mcp
