#include "service/host/process_tree.h"

#include "service/platform/process.h"

namespace berth::host {

std::vector<int> all_processes(int shell) {
  std::vector<int> processes = platform::descendants(platform::current_process());
  std::erase(processes, shell);
  return processes;
}

std::vector<int> command_processes(int shell, const std::string& job_id, std::uint64_t started) {
  std::vector<int> processes = all_processes(shell);
  std::erase_if(processes, [&](int pid) {
    if (const auto job = platform::environment_of(pid, kJobVariable)) return *job != job_id;
    const auto start = platform::start_of(pid);
    return !start || *start < started;
  });
  return processes;
}

}  // namespace berth::host
