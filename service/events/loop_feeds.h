#pragma once

#include <memory>

#include "service/core/event_feed.h"
#include "service/events/hub_group.h"
#include "service/loop/loop.h"

namespace berth::events {

/// Brings the hubs' events to another loop, a piece at a time: the next when the consumer has taken
/// the last. A consumer that takes nothing costs one piece.
class LoopFeeds final : public core::EventFeeds {
 public:
  /// `consumer_loop` is the loop of who calls this: the core loop. All must outlive it and its
  /// feeds.
  LoopFeeds(loop::Loop& consumer_loop, HubGroup& hubs)
      : consumer_loop_(consumer_loop), hubs_(hubs) {}

  std::unique_ptr<core::EventFeed> follow(core::EventFilter filter, core::EventPlace place,
                                          OnEvents on_events, OnEnd on_end) override;

 private:
  loop::Loop& consumer_loop_;
  HubGroup& hubs_;
};

}  // namespace berth::events
