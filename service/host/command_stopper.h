#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "service/core/job.h"
#include "service/host/process_tree.h"
#include "service/host/stop_ladder.h"
#include "service/hostproto/messages.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::host {

/// Stops the command that a shell runs, and tells from the status the shell reports how it ended.
/// One at a time. Loop thread.
class CommandStopper final : private StopLadder::Target {
 public:
  /// `ask` has the shell report again: an interrupt may have hit it while it reported. `give_up`:
  /// nothing has helped.
  CommandStopper(loop::Loop& loop, std::function<void()> ask, std::function<void()> give_up);
  ~CommandStopper() override;

  /// A command is about to begin in that shell.
  void begin(int shell, const std::string& job_id);
  void end();
  /// Looks at what the last command left in the background. To be called when nobody waits: before
  /// the first command of a shell, and after each.
  void rest(int shell);

  /// By one means, as asked for. after_command does nothing.
  void stop(core::StopMode how);
  /// Beginning gently (or not), until it has ended.
  void stop_for_good(core::StopMode first);
  bool stopped() const { return stopped_.has_value(); }

  /// The shell says that it leaves the command; what it waited for ended with this status.
  void unwinding(int status) { unwound_status_ = status; }

  /// The command has ended, but signals may still be on their way to the shell, and must not hit
  /// the next one: no more are sent, and `ask` is called until end(). A report that was asked for
  /// now is made after the last signal has come.
  void settle();

  /// Sets exit code or signal from the status that the shell reported.
  void tell_end(int status, hostproto::Finished& finished) const;

 private:
  void deliver(StopLadder::Step step, int tick) override;
  void ask_again() override;
  void give_up() override;
  void signal_shell(StopLadder::Step step, int tick, bool alone);
  void kill_what_is_left() const;

  std::function<void()> ask_;
  std::function<void()> give_up_;
  StopLadder ladder_;
  loop::Timer settle_timer_;
  int shell_ = 0;
  std::vector<int> left_behind_;  // by earlier commands
  std::optional<CommandProcesses> processes_;
  std::vector<CommandProcess> signalled_;
  std::optional<StopLadder::Step> stopped_;  // the hardest step taken
  bool waited_for_process_ = false;          // when it was stopped
  bool shell_was_replaced_ = false;          // another program has taken its place
  bool trap_goes_first_ = false;  // the shell was told to end, and is about to be made to
  std::optional<int> unwound_status_;
};

}  // namespace berth::host
