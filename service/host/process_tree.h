#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace berth::host {

/// Set for every command, so that its processes can be told from those of earlier ones.
inline constexpr const char* kJobVariable = "BERTH_JOB_ID";

/// All processes below this host but the shell itself (0 = no shell).
std::vector<int> all_processes(int shell);

/// Those that were started by the shell (not by its children) or orphaned.
std::vector<int> topmost_processes(int shell);

struct CommandProcess {
  int pid = 0;
  /// It runs a program. Before that, as a fork of the shell, it may lose a signal.
  bool executed = false;
  friend bool operator==(const CommandProcess&, const CommandProcess&) = default;
};

/// Tells the processes of one command from those that earlier commands left in the background.
/// Loop thread.
class CommandProcesses {
 public:
  /// `earlier`: topmost_processes() since the last command has ended. What is started by others
  /// than these, from now on, is the command's.
  CommandProcesses(int shell, std::string job_id, std::vector<int> earlier);

  /// The command's processes now, below the shell or orphaned and below this host.
  std::vector<CommandProcess> find() const;

 private:
  int shell_;
  std::string job_id_;
  std::uint64_t begun_;       // platform::process_clock()
  std::vector<int> earlier_;  // topmost processes of earlier commands
};

}  // namespace berth::host
