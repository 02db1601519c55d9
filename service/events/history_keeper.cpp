#include "service/events/history_keeper.h"

#include <algorithm>
#include <utility>

#include "service/runtime/log.h"

namespace berth::events {
namespace {

constexpr core::Milliseconds kLongestPause{60'000};
constexpr core::Milliseconds kShortestPause{1'000};
constexpr core::Milliseconds kNextStep{20};
constexpr std::size_t kPerStep = 500;
/// More than can be sent in for long; some milliseconds of the writer's time.
constexpr std::int64_t kEventsPerStep = 1'000;

}  // namespace

HistoryKeeper::HistoryKeeper(loop::Loop& loop, core::ChangeLog& log, core::Queries& queries,
                             const core::Clock& clock, HistoryLimits limits)
    : log_(log), queries_(queries), clock_(clock), limits_(limits), timer_(loop) {}

void HistoryKeeper::start() {
  look_again(true);
}

void HistoryKeeper::look_again(bool soon) {
  const core::Milliseconds pause = std::clamp(limits_.keep_for, kShortestPause, kLongestPause);
  timer_.start(soon ? kNextStep : pause, [this] { look(); });
}

void HistoryKeeper::look() {
  const core::HistoryRetention keep{clock_.now() - limits_.keep_for, limits_.max_count};
  queries_.excess_history(keep, kPerStep, [this](core::Result<core::HistoryErasure> excess) {
    if (!excess) {
      runtime::log_warning("events", "old records can't be found")
          .with("error", excess.error().message);
    }
    if (!excess || excess->empty()) return look_again(false);
    erase(*std::move(excess));
  });
}

void HistoryKeeper::erase(core::HistoryErasure excess) {
  core::HistoryErasure rest;
  rest.more = excess.more;
  const std::int64_t step_end = excess.events_from + kEventsPerStep - 1;
  if (excess.events_up_to > step_end) {
    rest.events_from = step_end + 1;
    rest.events_up_to = std::exchange(excess.events_up_to, step_end);
  }
  core::ChangeSet set;
  set.unhurried = true;
  set.add(std::move(excess));
  log_.commit(std::move(set), [this, rest](const core::Result<void>& removed) {
    if (!removed) {
      runtime::log_warning("events", "old records can't be removed")
          .with("error", removed.error().message);
    }
    if (!removed || rest.empty()) return look_again(removed && rest.more);
    timer_.start(kNextStep, [this, rest] { erase(rest); });
  });
}

}  // namespace berth::events
