#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "service/core/event_filter.h"

namespace berth::core {

/// Events on their way to one consumer. Destroying it ends it. Core loop.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  /// The consumer has taken what it got. It gets no more before.
  virtual void more() = 0;
};

/// Follows the events for those who have a connection of their own on the core loop. Core loop.
class EventFeeds {
 public:
  /// One or more whole JSON objects, each with a newline behind it: events, and control events,
  /// which have no id (`{"type":"replay.caught_up","data":{…}}`).
  using OnEvents = std::function<void(std::string lines)>;
  /// Nothing more comes.
  using OnEnd = std::function<void(std::string_view why)>;
  virtual ~EventFeeds() = default;

  virtual std::unique_ptr<EventFeed> follow(EventFilter filter, EventPlace place,
                                            OnEvents on_events, OnEnd on_end) = 0;
};

}  // namespace berth::core
