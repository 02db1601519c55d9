#pragma once

#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/platform/paths.h"
#include "service/runtime/config.h"

namespace berth::daemon {

/// What the command line asks for.
struct Options {
  enum class Action { serve, check_config, print_config, print_version, print_help };

  Action action = Action::serve;
  bool system = false;
  bool config_named = false;  ///< --config was given: the file must be there
  platform::InstancePaths paths;
  std::string listen;  ///< empty = as configured
  std::string help;    ///< for print_help
};

core::Result<Options> parse_options(const std::vector<std::string>& arguments);

/// Defaults, file, environment, command line: in this order.
core::Result<runtime::Config> load_config(const Options& options);

/// Whether there is a configuration file.
bool is_configured(const Options& options);

/// See runtime::suspicious_variables().
std::vector<std::string> suspicious_variables();

}  // namespace berth::daemon
