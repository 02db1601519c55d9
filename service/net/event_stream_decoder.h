#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace berth::net {

/// One event of a text/event-stream.
struct StreamedEvent {
  std::string type;  ///< `message` if it names none
  std::string data;  ///< its lines with newlines between them
  std::string id;    ///< of this event, empty if it has none; earlier ones do not carry over
};

/// Cuts a text/event-stream into its events (HTML, 9.2.6 Interpreting an event stream). Ids of more
/// than kMaxIdBytes are ignored. One thread.
class EventStreamDecoder {
 public:
  static constexpr std::size_t kMaxIdBytes = 1'024;
  using OnEvent = std::function<void(StreamedEvent event)>;

  /// An event with more bytes than that is left out; too_long() counts them. `last_id`: what the
  /// client has come back with.
  EventStreamDecoder(std::size_t max_event_bytes, std::string last_id)
      : max_event_bytes_(max_event_bytes), last_id_(std::move(last_id)) {}

  void feed(std::string_view bytes, const OnEvent& on_event);

  /// What the client comes back with: also ids that stood without an event.
  const std::string& last_id() const { return last_id_; }
  /// How long the server wants it to wait before it does.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  std::size_t too_long() const { return too_long_; }

 private:
  void take_line(std::string_view line, const OnEvent& on_event);
  void take_field(std::string_view name, std::string_view value);
  void dispatch(const OnEvent& on_event);

  std::size_t max_event_bytes_;
  std::string line_;
  bool after_return_ = false;  // a newline belongs to it
  bool first_line_ = true;     // may begin with a byte order mark
  std::string type_;
  std::string data_;
  bool has_data_ = false;
  bool skipping_ = false;          // the event that has become too long
  std::optional<std::string> id_;  // also an empty one, which forgets the last
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  std::size_t too_long_ = 0;
};

}  // namespace berth::net
