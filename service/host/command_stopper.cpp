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
constexpr int kFirstRealTimeSignal = 32;
constexpr int kSignalStatus = 128;  // a shell's status for a process ended by signal n: 128 + n
constexpr int kInterruptedStatus = kSignalStatus + 2;

Step step_of(core::StopMode how) {
  if (how == core::StopMode::kill) return Step::kill;
  return how == core::StopMode::terminate ? Step::terminate : Step::interrupt;
}

/// Where the script was ended by the host's own means, it is the signal that was meant.
std::string signal_meant(int number, Step step) {
  std::string name = platform::signal_name(number);
  if (name != "SIGINT" && number < kFirstRealTimeSignal) return name;
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
  processes_.emplace(shell, job_id);
  signalled_.clear();
  stopped_.reset();
  waited_for_process_ = false;
  unwound_status_.reset();
}

void CommandStopper::end() {
  ladder_.stop();
  settle_timer_.cancel();
  processes_.reset();
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
  ask_();
  settle_timer_.start_repeating(kSettleInterval, [this] { ask_(); });
}

void CommandStopper::tell_end(int status, hostproto::Finished& finished) const {
  // Leaving a script, a shell may forget what its last process had to say.
  if (waited_for_process_ && status == kInterruptedStatus) {
    status = unwound_status_.value_or(status);
  }
  if (stopped_ && status > kSignalStatus) {
    finished.signal = signal_meant(status - kSignalStatus, *stopped_);
  } else {
    finished.exit_code = status;
  }
}

void CommandStopper::deliver(Step step, bool again) {
  stopped_ = std::max(step, stopped_.value_or(step));
  const std::vector<int> shell{shell_};
  const std::vector<int> processes = processes_->find();
  std::vector<int> fresh = processes;
  if (again) {
    std::erase_if(fresh, [this](int pid) { return std::ranges::count(signalled_, pid) != 0; });
  }
  signalled_ = processes;
  if (!processes.empty()) waited_for_process_ = true;

  if (!again) {
    platform::send_signal(shell,
                          step == Step::interrupt ? KillSignal::unwind : KillSignal::unwind_hard);
  } else if (step != Step::interrupt || processes.empty()) {
    // A builtin that waits by itself (read) hears nothing else.
    platform::send_signal(shell, KillSignal::interrupt);
  }
  if (step != Step::interrupt) {
    platform::send_signal(fresh, step == Step::kill ? KillSignal::kill : KillSignal::terminate);
  } else if (!again) {
    platform::send_signal(processes, KillSignal::interrupt);
  }
  platform::send_signal(shell, KillSignal::resume);
  platform::send_signal(processes, KillSignal::resume);
}

void CommandStopper::ask_again() {
  ask_();
}

void CommandStopper::give_up() {
  give_up_();
}

}  // namespace berth::host
