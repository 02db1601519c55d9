#pragma once

#include <functional>

#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::host {

/// Notices that a command waits for input: it has been quiet for a moment, and then one of its
/// processes was found waiting. Looks a few times a second, and only between begin() and end().
/// Loop thread.
class InputWatch {
 public:
  struct View {
    std::function<bool()> waits;    ///< one of its processes waits for input now
    std::function<void()> changed;  ///< awaiting() has another value
  };
  InputWatch(loop::Loop& loop, View view);

  void begin();
  void end();
  /// Output came, or input was given: it is not waiting any more.
  void stirred();

  bool awaiting() const { return awaiting_; }

 private:
  void tick();

  loop::Timer timer_;
  View view_;
  bool stirred_ = false;  // since the last tick
  bool awaiting_ = false;
};

}  // namespace berth::host
