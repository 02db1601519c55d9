#pragma once

#include <functional>

#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::host {

/// Notices a shell that has lost its way without ending, while it should be running a command: a
/// redefined builtin, a prompt command that swallowed a line, a private folder that is gone. It is
/// asked to report; and given up when the question was read and not answered. Loop thread.
class ShellWatch {
 public:
  struct View {
    /// It has not said that the command began.
    std::function<bool()> silent;
    /// It should have reported the end: nobody holds the command's output any more.
    std::function<bool()> overdue;
    /// It has read all that it was sent.
    std::function<bool()> read_all;
    std::function<void()> ask;
    std::function<void()> lost;
  };

  ShellWatch(loop::Loop& loop, View view);

  void begin();
  void end() { timer_.cancel(); }

 private:
  void tick();

  loop::Timer timer_;
  View view_;
  int ticks_ = 0;
  int unanswered_ = 0;
  bool asked_ = false;
};

}  // namespace berth::host
