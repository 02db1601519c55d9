#pragma once

#include <uv.h>

#include <chrono>
#include <functional>

#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::support {

/// A loop that a test turns by itself until something is the case.
class TurningLoop {
 public:
  /// False if `condition` did not come true in time.
  bool until(const std::function<bool()>& condition,
             std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    bool late = false;
    loop::Timer deadline(loop_);
    deadline.start(limit, [&late] { late = true; });
    // libuv runs timers before it polls: without a tick a condition that a timer has made true
    // would be looked at only after the next event.
    loop::Timer tick(loop_);
    tick.start_repeating(std::chrono::milliseconds(5), [] {});
    while (!condition()) {
      if (late) return false;
      uv_run(loop_.raw(), UV_RUN_ONCE);
    }
    return true;
  }

  /// For "nothing else comes": turns for that long.
  void turn_for(std::chrono::milliseconds time) {
    until([] { return false; }, time);
  }

  loop::Loop& get() { return loop_; }

 private:
  loop::Loop loop_;
};

}  // namespace berth::support
