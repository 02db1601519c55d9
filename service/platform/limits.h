#pragma once

#include <cstdint>
#include <string_view>

#include "service/core/error.h"
#include "service/core/time.h"

namespace berth::platform {

/// What a program and those it starts may use at most. 0 = as much as the system lets them.
struct ProcessLimits {
  std::int64_t processes = 0;     ///< of the user, with threads, in all: see limits_scope()
  std::int64_t memory_bytes = 0;  ///< of one process: its data, not what it shares or only reserves
  core::Milliseconds cpu_time{0};  ///< of one process
};

/// Sets them for a process that has started nothing yet. The system's own limits, where they are
/// lower, stay.
core::Result<void> limit_process(int pid, const ProcessLimits& limits);

/// Lets this process have as many open files as the system allows it. What it spawns from then on
/// has the number that it had itself: programs may take the limit for what they need.
void raise_open_files();

/// Processes and threads that this user has now. 0 for one whom the system does not hold to such a
/// limit.
std::int64_t count_limited_processes();

/// For whom a limit counts here, for people.
std::string_view limits_scope();

}  // namespace berth::platform
