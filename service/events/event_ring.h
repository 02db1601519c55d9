#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/committed_events.h"

namespace berth::events {

/// How a subscriber's stream is written.
enum class Encoding {
  server_sent,       ///< text/event-stream
  server_sent_gzip,  ///< the same, compressed
  json_lines,        ///< an object a line
};
inline constexpr std::size_t kEncodings = 3;

/// The newest events, written out once for all who follow them: text that is sent on as it stands.
/// A subscriber has a position in it and no buffer of its own. Stream loop.
class EventRing {
 public:
  /// One stretch of it. Text grows at its end only.
  class Chunk {
   public:
    std::size_t size() const { return events_.size(); }
    /// Without its data.
    const core::EventRecord& event(std::size_t index) const { return events_[index]; }
    std::int64_t id(std::size_t index) const { return events_[index].id; }

    /// The text of the events [from, to); valid until the next event is added.
    std::string_view text(Encoding encoding, std::size_t from, std::size_t to);
    /// How many bytes of text are before that event.
    std::size_t offset(Encoding encoding, std::size_t index);
    /// The event that this byte of the text belongs to.
    std::size_t event_at(Encoding encoding, std::size_t byte);

   private:
    friend class EventRing;

    struct Encoded {
      std::string text;
      std::vector<std::size_t> ends;
    };

    void add(const core::EventRecord& event);
    Encoded& encoded(Encoding encoding);
    std::string_view sent_text(std::size_t index) const;
    std::string_view json(std::size_t index) const;
    std::size_t bytes() const;

    std::vector<core::EventRecord> events_;
    std::vector<std::size_t> json_begins_;  // in the server-sent text
    std::array<Encoded, kEncodings> encoded_;
  };

  struct Position {
    std::uint64_t chunk = 0;
    std::size_t event = 0;
  };

  /// `tail`: the last event that was committed before.
  EventRing(std::int64_t tail, std::size_t max_bytes)
      : tail_(tail), floor_(tail), max_bytes_(max_bytes) {}

  void append(const core::CommittedEvents& batch);
  /// Events up to that id were committed and are not here: who needs them reads the store.
  void skip_to(std::int64_t last_id);

  std::int64_t tail() const { return tail_; }
  /// Whether all events after that id are here.
  bool reaches(std::int64_t id) const { return id >= floor_; }
  /// Of the first event after that id, which is reached.
  Position find(std::int64_t id) const;
  /// Null if it has been dropped, or is yet to come.
  Chunk* chunk(const Position& position);
  bool is_newest(const Position& position) const {
    return position.chunk + 1 == first_ + chunks_.size();
  }
  std::size_t bytes() const { return bytes_; }

 private:
  void drop_old();

  std::deque<Chunk> chunks_;
  std::uint64_t first_ = 0;  // number of the first chunk
  std::int64_t tail_;
  std::int64_t floor_;  // every event after it is in a chunk
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
};

}  // namespace berth::events
