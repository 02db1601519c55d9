#pragma once

#include <chrono>

#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::host {

/// Stops a command by ever harder means. Loop thread; stops by itself when destroyed.
class StopLadder {
 public:
  enum class Step { interrupt, terminate, kill };

  class Target {
   public:
    virtual ~Target() = default;
    /// Signals the command: at tick 0 of the step, and after every kTick of it for those that were
    /// missed.
    virtual void deliver(Step step, int tick) = 0;
    /// The shell may have lost its report to an interrupt.
    virtual void ask_again() = 0;
    /// Not even the last step has ended it.
    virtual void give_up() = 0;
  };

  static constexpr std::chrono::milliseconds kTick{50};

  StopLadder(loop::Loop& loop, Target& target) : target_(target), timer_(loop) {}

  /// Begins at `first` and ends after `last`; give_up() follows only when that is kill. Replaces
  /// what was under way.
  void start(Step first, Step last);
  void stop();
  /// Under way, and going up to kill.
  bool must_end() const { return timer_.active() && last_ == Step::kill; }

 private:
  void tick();

  Target& target_;
  loop::Timer timer_;
  Step step_ = Step::interrupt;
  Step last_ = Step::interrupt;
  int ticks_ = 0;  // in this step
};

}  // namespace berth::host
