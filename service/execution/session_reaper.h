#pragma once

#include "service/core/time.h"
#include "service/execution/lane_runner.h"
#include "service/loop/timer.h"

namespace berth::execution {

struct IdleLimits {
  core::Milliseconds warning{1'500'000};  ///< then `session.idle` is told
  core::Milliseconds limit{1'800'000};    ///< then the session is ended
};

/// Warns of sessions that nobody uses and ends them after a while, so that what an agent forgot
/// does not hold a terminal for ever. A session in which a command runs is in use. Core loop.
class SessionReaper {
 public:
  SessionReaper(Services services, LaneRunner& runner, IdleLimits limits);

 private:
  void look();
  void look_at(Lane& lane, core::Timestamp now);

  Services services_;
  LaneRunner& runner_;
  IdleLimits limits_;
  loop::Timer timer_;
};

}  // namespace berth::execution
