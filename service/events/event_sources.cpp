#include "service/events/event_sources.h"

#include <algorithm>
#include <utility>

namespace berth::events {

void EventSources::start(std::vector<FollowedSource> sources,
                         const std::vector<core::EventSourceRecord>& places) {
  for (FollowedSource& source : sources) {
    const auto place = std::ranges::find(places, source.name, &core::EventSourceRecord::name);
    if (place != places.end() && place->url == source.url) source.cursor = place->cursor;
    followers_.push_back(std::make_unique<SourceFollower>(
        std::move(source), limits_,
        [this](std::vector<core::EventRecord> events, core::EventSourceRecord reached,
               SourceFollower::Stored stored) {
          store(std::move(events), std::move(reached), std::move(stored));
        }));
  }
}

/// On a follower's thread.
void EventSources::store(std::vector<core::EventRecord> events, core::EventSourceRecord place,
                         SourceFollower::Stored stored) {
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  for (core::EventRecord& event : events) set.add(std::move(event));
  set.add(std::move(place));
  loop_.post([this, set = std::move(set), stored = std::move(stored)]() mutable {
    log_.commit(std::move(set), std::move(stored));
  });
}

void EventSources::stop() {
  for (const auto& follower : followers_) follower->stop();
}

std::vector<core::EventSourceStatus> EventSources::status() const {
  std::vector<core::EventSourceStatus> status;
  for (const auto& follower : followers_) status.push_back(follower->status());
  return status;
}

}  // namespace berth::events
