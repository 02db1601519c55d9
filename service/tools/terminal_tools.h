#pragma once

#include <string_view>

#include "service/core/execution.h"
#include "service/mcp/tool_set.h"

namespace berth::tools {

/// How a model should use the terminal tools: for the server's `instructions`.
std::string_view terminal_instructions();

/// Adds start_session, run_command, run_background, get_job, read_output, interrupt, end_session,
/// list_sessions and list_jobs. `execution` must outlive the tool set. Core loop.
core::Result<void> add_terminal_tools(mcp::ToolSet& tools, core::Execution& execution);

}  // namespace berth::tools
