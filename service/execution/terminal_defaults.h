#pragma once

#include <string>
#include <vector>

#include "service/core/time.h"
#include "service/terminals/host_launcher.h"

namespace berth::execution {

/// What holds of every terminal, whoever it is for.
struct TerminalDefaults {
  std::string home;  ///< directory where none is named
  core::Milliseconds start_timeout{10'000};
  core::Milliseconds orphan_limit{86'400'000};
  platform::ProcessLimits limits;

  /// Of a terminal with this shell and these variables.
  terminals::HostSettings host_settings(const std::string& shell,
                                        const std::vector<std::string>& environment) const {
    terminals::HostSettings host;
    host.shell = shell;
    host.program = shell;
    host.cwd = home;
    host.env = environment;
    host.orphan_limit = orphan_limit;
    host.limits = limits;
    return host;
  }
};

}  // namespace berth::execution
