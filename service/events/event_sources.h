#pragma once

#include <memory>
#include <vector>

#include "service/core/store.h"
#include "service/events/source_follower.h"
#include "service/loop/loop.h"

namespace berth::events {

/// Takes over the events of streams elsewhere: one follower each. Core loop.
class EventSources {
 public:
  EventSources(loop::Loop& core_loop, core::ChangeLog& log, SourceLimits limits)
      : loop_(core_loop), log_(log), limits_(limits) {}

  /// Goes on from the stored places, but for those of another stream than the source has now.
  void start(std::vector<FollowedSource> sources,
             const std::vector<core::EventSourceRecord>& places);
  /// Nothing is taken over any more. The followers' threads are joined by the destructor.
  void stop();

  std::vector<core::EventSourceStatus> status() const;

 private:
  void store(std::vector<core::EventRecord> events, core::EventSourceRecord place,
             SourceFollower::Stored stored);

  loop::Loop& loop_;
  core::ChangeLog& log_;
  const SourceLimits limits_;
  std::vector<std::unique_ptr<SourceFollower>> followers_;
};

}  // namespace berth::events
