#pragma once

#include <memory>

#include "service/core/event_feed.h"
#include "service/events/event_hub.h"
#include "service/loop/loop.h"

namespace berth::events {

/// Brings the hub's events to another loop, a piece at a time: the next when the consumer has taken
/// the last. A consumer that takes nothing costs one piece.
class LoopFeeds final : public core::EventFeeds {
 public:
  /// `consumer_loop` is the loop of who calls this. All must outlive it and its feeds.
  LoopFeeds(loop::Loop& consumer_loop, loop::Loop& stream_loop, EventHub& hub)
      : consumer_loop_(consumer_loop), stream_loop_(stream_loop), hub_(hub) {}

  std::unique_ptr<core::EventFeed> follow(core::EventFilter filter, core::EventPlace place,
                                          OnEvents on_events, OnEnd on_end) override;

 private:
  loop::Loop& consumer_loop_;
  loop::Loop& stream_loop_;
  EventHub& hub_;
};

}  // namespace berth::events
