#pragma once

#include <cstdint>

#include "service/core/store.h"
#include "service/core/time.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::events {

struct HistoryLimits {
  core::Milliseconds keep_for{2'592'000'000};  ///< 30 days
  std::int64_t max_count = 1'000'000;          ///< of each kind of record
};

/// Removes what is told of the past and is old, or too much: events, connections that are closed,
/// sessions and requests that have ended. Oldest first and a few at a time, so that writers never
/// wait for it. Jobs have output besides and are kept by jobs::Retention. Core loop.
class HistoryKeeper {
 public:
  HistoryKeeper(loop::Loop& loop, core::ChangeLog& log, core::Queries& queries,
                const core::Clock& clock, HistoryLimits limits);

  /// Begins to look, now and regularly.
  void start();

 private:
  void look();
  void erase(core::HistoryErasure excess);
  void look_again(bool soon);

  core::ChangeLog& log_;
  core::Queries& queries_;
  const core::Clock& clock_;
  HistoryLimits limits_;
  loop::Timer timer_;
};

}  // namespace berth::events
