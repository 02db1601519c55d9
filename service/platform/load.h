#pragma once

#include <optional>
#include <string>

#include "service/core/error.h"

namespace berth::platform {

/// How loaded the machine is. Of the whole machine, also where this process is confined to a part.
struct Load {
  double cpu_load_ratio = 0;          ///< one-minute load average for each online CPU; 1 = all busy
  double memory_available_ratio = 1;  ///< 0..1, what programs could still get without swapping
  /// Share of the last 10 s, 0..100, in which at least one process was stalled for want of it
  /// (Linux pressure stall information, Documentation/accounting/psi.rst). Nothing where the kernel
  /// is built or started without it.
  std::optional<double> psi_cpu_some_avg10;
  std::optional<double> psi_memory_some_avg10;
};

/// Takes about 0.1 ms and does not block. not_found or internal where the system does not tell.
/// `proc` is where the kernel's figures are read (proc(5)). Any thread.
core::Result<Load> current_load(const std::string& proc = "/proc");

}  // namespace berth::platform
