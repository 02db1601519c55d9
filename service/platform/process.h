#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/platform/descriptor.h"

namespace berth::platform {

enum class KillSignal {
  interrupt,
  terminate,
  kill,
  stop,
  resume,
  // For a host's shells (see shells::Dialect): signals that nothing else sends to them and that
  // every shell can trap by name. zsh 5.9 knows no real-time signals.
  unwind,       ///< SIGPWR: leave the script as by Ctrl-C
  unwind_hard,  ///< SIGVTALRM: leave it even if it ignores or handles Ctrl-C
};

/// Orphans below this process become its children instead of init's, so that a tree can be found.
void become_subreaper();

/// Other processes of this user can't read this process's memory or its /proc/PID entries.
void forbid_inspection();

int current_process();

/// Names this run of the machine: another after each start of it. Empty if the system has none.
std::string boot_id();

/// A descriptor that is readable once `pid` has ended; empty if it is gone already.
Descriptor open_pidfd(int pid);

/// The processes that `pid` has started and not yet collected; cheaper than descendants().
std::vector<int> children(int pid);

/// All processes below `root`, without `root` itself. Processes that start meanwhile may be missed:
/// ask again after signalling.
std::vector<int> descendants(int root);

/// Sends to each; processes that are gone are no error.
void send_signal(const std::vector<int>& pids, KillSignal signal);
/// Kills what `find` gives, and what that has started meanwhile: until it gives nothing new (those
/// that are killed are seen until they are collected). How many.
std::size_t kill_all(const std::function<std::vector<int>()>& find);
void send_signal_to_group(int group, KillSignal signal);

/// Whether a process handles this signal, by a handler of its own. False if it is gone.
bool handles_signal(int pid, KillSignal signal);

/// Collects every ended child of this process but `except` (0 = none). For a subreaper.
void reap_orphans(const std::vector<int>& except);

/// Writing to a pipe or socket whose reader has gone is an error, not the end of this process.
void ignore_broken_pipes();

/// A descriptor that is readable whenever a child of this process has ended since the last
/// acknowledge_child_end(). Once per process, before it starts threads.
core::Result<Descriptor> child_end_notifier();
void acknowledge_child_end(int notifier);

/// The value of a variable in the environment a process was started with; nothing if it has none or
/// its environment may not be read.
std::optional<std::string> environment_of(int pid, std::string_view name);

/// This user's processes that were started with this variable of this value.
std::vector<int> processes_with(std::string_view name, std::string_view value);

/// Time on the clock that processes' starts are measured with, in its ticks (10 ms).
std::uint64_t process_clock();
/// When a process started, on that clock; nothing if it is gone.
std::optional<std::uint64_t> start_of(int pid);

/// Keeps SIGINT, SIGTERM and SIGQUIT for whoever waits for them (sigwait), in this thread and those
/// it starts from now on; a broken pipe is an error of the write, not a signal. Call first in main.
void block_termination_signals();

/// True if one of the signals that block_termination_signals() keeps has come since the last call.
bool termination_was_requested();

/// Ends this process by force after so many seconds, whatever it is doing. 0 calls it off.
void arm_alarm(unsigned seconds);

/// Resident memory of this process in bytes.
std::uint64_t resident_bytes();

}  // namespace berth::platform
