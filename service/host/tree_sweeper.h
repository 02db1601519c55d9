#pragma once

#include <functional>

#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::host {

/// Ends whatever is left below this host: terminate, then kill. Loop thread.
class TreeSweeper {
 public:
  explicit TreeSweeper(loop::Loop& loop) : timer_(loop) {}

  /// `done` is called once nothing is left, or nothing more can be done; possibly at once.
  void sweep(bool gently, std::function<void()> done);

 private:
  void tick();

  loop::Timer timer_;
  std::function<void()> done_;
  int ticks_ = 0;
  bool gently_ = true;
};

}  // namespace berth::host
