#include "service/host/process_tree.h"

#include <algorithm>
#include <utility>

#include "service/platform/process.h"

namespace berth::host {

std::vector<int> all_processes(int shell) {
  std::vector<int> processes = platform::descendants(platform::current_process());
  std::erase(processes, shell);
  return processes;
}

std::vector<int> topmost_processes(int shell) {
  std::vector<int> processes = platform::children(shell);
  for (const int orphan : platform::children(platform::current_process())) {
    if (orphan != shell) processes.push_back(orphan);
  }
  return processes;
}

CommandProcesses::CommandProcesses(int shell, std::string job_id, std::vector<int> earlier)
    : shell_(shell),
      job_id_(std::move(job_id)),
      begun_(platform::process_clock()),
      earlier_(std::move(earlier)) {}

std::vector<CommandProcess> CommandProcesses::find() const {
  std::vector<int> earlier;
  for (const int pid : earlier_) {
    // A number may have been given again since.
    if (const auto start = platform::start_of(pid); !start || *start > begun_) continue;
    earlier.push_back(pid);
    for (const int below : platform::descendants(pid)) earlier.push_back(below);
  }
  std::vector<CommandProcess> found;
  for (const int pid : all_processes(shell_)) {
    if (std::ranges::count(earlier, pid) != 0) continue;
    if (const auto job = platform::environment_of(pid, kJobVariable)) {
      if (*job == job_id_) found.push_back({pid, true});
    } else if (const auto start = platform::start_of(pid); start && *start >= begun_) {
      // Subshells have the shell's environment, without a job.
      found.push_back({pid, false});
    }
  }
  return found;
}

}  // namespace berth::host
