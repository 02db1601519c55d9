#include "service/execution/session_reaper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/execution/event_records.h"

namespace berth::execution {
namespace {

constexpr std::chrono::milliseconds kLookInterval{1'000};
constexpr std::chrono::milliseconds kLookAtLeast{20};

}  // namespace

SessionReaper::SessionReaper(Services services, LaneRunner& runner, IdleLimits limits)
    : services_(services), runner_(runner), limits_(limits), timer_(services.loop) {
  const core::Milliseconds shortest = std::min(limits_.warning, limits_.limit) / 4;
  timer_.start_repeating(std::clamp(shortest, core::Milliseconds(kLookAtLeast), kLookInterval),
                         [this] { look(); });
}

void SessionReaper::look() {
  const core::Timestamp now = services_.clock.now();
  runner_.lanes().for_each([&](Lane& lane) {
    const bool idle =
        lane.session && lane.ready && !lane.closing && !lane.current && lane.waiting.empty();
    if (idle) look_at(lane, now);
  });
}

void SessionReaper::look_at(Lane& lane, core::Timestamp now) {
  core::SessionRecord& session = *lane.session;
  const auto idle = std::chrono::duration_cast<core::Milliseconds>(now - session.used_at);
  if (idle >= limits_.limit) {
    const std::string reason = fmt::format("nobody has used it for {} (sessions.idle_limit)",
                                           core::to_duration_text(limits_.limit));
    core::ChangeSet set;
    set.add(session_event("session.reaped", session, reason));
    services_.log.commit(std::move(set), nullptr);
    return runner_.close(lane, core::StopMode::interrupt, reason, nullptr);
  }
  if (idle < limits_.warning || lane.idle_told == session.used_at) return;
  lane.idle_told = session.used_at;
  core::EventRecord event = session_event(
      "session.idle", session,
      fmt::format("it will be ended in {}", core::to_duration_text(limits_.limit - idle)));
  event.severity = core::Severity::notice;
  core::ChangeSet set;
  set.add(std::move(event));
  services_.log.commit(std::move(set), nullptr);
}

}  // namespace berth::execution
