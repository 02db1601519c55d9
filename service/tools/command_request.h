#pragma once

#include <string>

#include "service/core/execution.h"
#include "service/tools/arguments.h"

namespace berth::tools {

/// What run_command and run_background have in common.
std::string command_input_schema(bool background);
core::Result<core::CommandRequest> read_command(const Arguments& arguments, bool background);

}  // namespace berth::tools
