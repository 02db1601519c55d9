#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "api/http/exchange.h"
#include "service/loop/timer.h"

namespace berth::api_mcp {

/// Messages as server-sent events, kept alive while nothing happens. A resumable one (2025-11-25,
/// basic/transports, Resumability and Redelivery) gives its events ids and outlives its connection:
/// what the client has missed is sent again on another. Loop thread.
class EventStream {
 public:
  /// Of a stream that its client may come back to.
  static constexpr std::size_t kMaxKeptBytes = std::size_t{256} << 10U;

  explicit EventStream(loop::Loop& loop) : keep_alive_(loop) {}
  /// `name` is a part of the ids: one of a kind in its session, without '-'. `primed`: an event
  /// without a message goes first, so that the client has an id to come back with. So many bytes of
  /// sent events are kept, and always the newest.
  EventStream(loop::Loop& loop, std::string name, bool primed,
              std::size_t max_kept_bytes = kMaxKeptBytes);
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Whether everything after that number is still kept.
  bool can_go_on(std::uint64_t after) const {
    return kept_.empty() || kept_.front().number <= after + 1;
  }
  /// Goes on over this connection with the events after that number.
  void connect(std::shared_ptr<http::ResponseStream> connection, std::uint64_t after = 0);

  void send(const std::string& message);
  /// Nothing more will be sent.
  void end();
  bool ended() const { return ended_; }

  /// The client has gone before the end. Called for each connection.
  void on_closed(std::function<void()> callback) { on_closed_ = std::move(callback); }

  const std::string& name() const { return name_; }
  std::size_t kept_bytes() const { return kept_bytes_; }

 private:
  struct Event {
    std::uint64_t number;
    std::string text;
  };

  void keep(Event event);
  void write(const std::string& text);

  loop::Timer keep_alive_;
  std::string name_;  // empty = not resumable
  std::shared_ptr<http::ResponseStream> connection_;
  std::deque<Event> kept_;
  std::size_t kept_bytes_ = 0;
  std::size_t max_kept_bytes_ = 0;
  std::uint64_t last_ = 0;  // number of the last event
  bool ended_ = false;
  std::function<void()> on_closed_;
};

/// Where in which stream a client stopped reading, from its Last-Event-ID.
struct EventPosition {
  std::string stream;
  std::uint64_t number = 0;

  /// Nothing if it is no id of such a stream.
  static std::optional<EventPosition> parse(std::string_view id);
};

}  // namespace berth::api_mcp
