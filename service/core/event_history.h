#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "service/core/error.h"
#include "service/core/event_filter.h"
#include "service/core/event_text.h"
#include "service/core/time.h"

namespace berth::core {

/// Stored events that follow a position, oldest first.
struct EventPage {
  EventText events;             ///< those that match
  std::int64_t scanned_to = 0;  ///< every event up to this id was looked at, or was removed
  bool more = false;            ///< there are later ones
  std::int64_t removed_to = 0;  ///< no event up to this id is kept any more
  std::int64_t oldest_id = 0;   ///< of those that are kept; 0 = none
};

/// Reads the event log as it is followed, without ever keeping a snapshot open between two pages.
/// Any thread; `done` is called on a reader's.
class EventHistory {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;
  virtual ~EventHistory() = default;

  /// The events after that id that match, about `max_bytes` of text: what is kept, what was removed
  /// and what comes later is as of one moment.
  virtual void read(std::int64_t after, EventFilter filter, EventFormat format,
                    std::size_t max_bytes, Done<EventPage> done) = 0;
  /// The id of the last event that was recorded before that time; 0 if there is none.
  virtual void last_before(Timestamp time, Done<std::int64_t> done) = 0;
  /// Of the last event that was committed.
  virtual std::int64_t last_id() const = 0;
};

}  // namespace berth::core
