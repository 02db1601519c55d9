#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace berth::host {

/// Set for every command, so that its processes can be told from those of earlier ones.
inline constexpr const char* kJobVariable = "BERTH_JOB_ID";

/// The processes of one command: below the shell, or orphaned and below this host. `started` is
/// platform::process_clock() when the command began. Background processes of earlier commands are
/// left out: they carry another job's id, or (subshells, which carry none) are older.
std::vector<int> command_processes(int shell, const std::string& job_id, std::uint64_t started);

/// All processes below this host but the shell itself.
std::vector<int> all_processes(int shell);

}  // namespace berth::host
