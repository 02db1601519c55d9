#include "service/host/command_stopper.h"

#include <algorithm>
#include <utility>

#include "service/platform/process.h"
#include "service/platform/spawn.h"

namespace berth::host {
namespace {

using Step = StopLadder::Step;
using platform::KillSignal;

constexpr std::chrono::milliseconds kSettleInterval{100};
constexpr int kInterruptTicks = 4;
constexpr int kBuiltinTick = 2;
constexpr int kSignalStatus = 128;  // a shell's status for a process ended by signal n: 128 + n
constexpr int kInterruptedStatus = kSignalStatus + 2;

Step step_of(core::StopMode how) {
  if (how == core::StopMode::kill) return Step::kill;
  return how == core::StopMode::terminate ? Step::terminate : Step::interrupt;
}

/// Where the script was ended by the host's own means, it is the signal that was meant.
std::string signal_meant(int number, Step step) {
  std::string name = platform::signal_name(number);
  // The last two: platform::KillSignal::unwind and unwind_hard.
  if (name != "SIGINT" && name != "SIGPWR" && name != "SIGVTALRM") return name;
  if (step == Step::interrupt) return "SIGINT";
  return step == Step::terminate ? "SIGTERM" : "SIGKILL";
}

}  // namespace

CommandStopper::CommandStopper(loop::Loop& loop, std::function<void()> ask,
                               std::function<void()> give_up)
    : ask_(std::move(ask)),
      give_up_(std::move(give_up)),
      ladder_(loop, *this),
      settle_timer_(loop) {}

CommandStopper::~CommandStopper() = default;

void CommandStopper::begin(int shell, const std::string& job_id) {
  shell_ = shell;
  processes_.emplace(shell, job_id, left_behind_);
  signalled_.clear();
  stopped_.reset();
  waited_for_process_ = false;
  unwound_status_.reset();
}

void CommandStopper::end() {
  kill_what_is_left();
  ladder_.stop();
  settle_timer_.cancel();
  processes_.reset();
}

void CommandStopper::rest(int shell) {
  left_behind_ = topmost_processes(shell);
}

void CommandStopper::stop(core::StopMode how) {
  if (how == core::StopMode::after_command || !processes_ || settle_timer_.active()) return;
  // What has to end is not let off by a gentler request.
  if (ladder_.must_end() && how != core::StopMode::kill) return;
  ladder_.start(step_of(how), step_of(how));
}

void CommandStopper::stop_for_good(core::StopMode first) {
  if (processes_ && !settle_timer_.active()) ladder_.start(step_of(first), Step::kill);
}

void CommandStopper::settle() {
  ladder_.stop();
  kill_what_is_left();
  ask_();
  settle_timer_.start_repeating(kSettleInterval, [this] { ask_(); });
}

/// Nothing survives a kill, neither what was started between a look and the signals.
void CommandStopper::kill_what_is_left() const {
  if (!processes_ || stopped_ != Step::kill) return;
  platform::kill_all([this] {
    std::vector<int> left;
    for (const CommandProcess& process : processes_->find()) left.push_back(process.pid);
    return left;
  });
}

void CommandStopper::tell_end(int status, hostproto::Finished& finished) const {
  // Leaving a script, a shell may forget what its last process had to say. That it had nothing to
  // complain of does not mean that the script had come to its end.
  if (waited_for_process_ && status == kInterruptedStatus && unwound_status_.value_or(0) != 0) {
    status = *unwound_status_;
  }
  if (stopped_ && status > kSignalStatus) {
    finished.signal = signal_meant(status - kSignalStatus, *stopped_);
  } else {
    finished.exit_code = status;
  }
}

void CommandStopper::deliver(Step step, int tick) {
  stopped_ = std::max(step, stopped_.value_or(step));
  const std::vector<CommandProcess> processes = processes_->find();
  if (!processes.empty()) waited_for_process_ = true;
  signal_shell(step, tick, processes.empty());

  std::vector<int> all;
  std::vector<int> fresh;
  for (const CommandProcess& process : processes) {
    all.push_back(process.pid);
    if (tick == 0 || std::ranges::count(signalled_, process) == 0) fresh.push_back(process.pid);
  }
  signalled_ = processes;
  switch (step) {
    case Step::interrupt:
      // Who is new after a while was not there when the key was pressed.
      if (tick <= kInterruptTicks) platform::send_signal(fresh, KillSignal::interrupt);
      break;
    case Step::terminate:
      platform::send_signal(fresh, KillSignal::terminate);
      break;
    case Step::kill:
      platform::send_signal(all, KillSignal::kill);
      break;
  }
  platform::send_signal({shell_}, KillSignal::resume);
  platform::send_signal(all, KillSignal::resume);
}

void CommandStopper::signal_shell(Step step, int tick, bool alone) {
  const KillSignal unwind = step == Step::interrupt ? KillSignal::unwind : KillSignal::unwind_hard;
  if (tick == 0) {
    shell_was_replaced_ = !platform::handles_signal(shell_, unwind);
    if (shell_was_replaced_) {
      // Another program has taken the shell's place (`exec`), and knows nothing of such signals.
      platform::send_signal({shell_}, step == Step::interrupt   ? KillSignal::interrupt
                                      : step == Step::terminate ? KillSignal::terminate
                                                                : KillSignal::kill);
      return;
    }
    // Interactive shells ignore it, unless a trap in the command's own text is there to end it.
    trap_goes_first_ =
        step == Step::terminate && platform::handles_signal(shell_, KillSignal::terminate);
    platform::send_signal({shell_}, trap_goes_first_ ? KillSignal::terminate : unwind);
  } else if (shell_was_replaced_) {
    return;  // it has been told, in its own way
  } else if (std::exchange(trap_goes_first_, false)) {
    platform::send_signal({shell_}, unwind);
  } else if (step != Step::interrupt || (alone && tick == kBuiltinTick)) {
    // A builtin that waits by itself (read) hears nothing else.
    platform::send_signal({shell_}, KillSignal::interrupt);
  }
}

void CommandStopper::ask_again() {
  ask_();
}

void CommandStopper::give_up() {
  give_up_();
}

}  // namespace berth::host
