#pragma once

#include <cstddef>
#include <string_view>

#include "service/core/execution.h"
#include "service/mcp/tool_set.h"

namespace berth::tools {

/// How a model should use the terminal tools: for the server's `instructions`.
std::string_view terminal_instructions();

/// Adds start_session, run_command, run_background, get_job, read_output, interrupt, end_session,
/// list_sessions and list_jobs. `execution` must outlive the tool set. `max_output_bytes`
/// (jobs.max_output_bytes): most that a caller may ask for of a stream in one answer; the schemas
/// say so, and more is an error, not cut in silence. Core loop.
core::Result<void> add_terminal_tools(mcp::ToolSet& tools, core::Execution& execution,
                                      std::size_t max_output_bytes);

}  // namespace berth::tools
