#pragma once

#include <string>
#include <string_view>

#include "service/core/execution.h"
#include "service/mcp/tool.h"

namespace berth::tools {

/// The output schema of every tool that answers with a job.
extern const std::string_view kJobSchema;

/// `succeeded (exit 0) in 12 ms, cwd /x, job job_…`: the first line of a job's text.
std::string job_status_line(const core::JobView& view);

/// A job as a tool's result: status line, what an agent must know besides, stdout, stderr under a
/// separator, and how to get what is not there. A command that failed is not a tool error.
mcp::ToolResult job_result(const core::JobView& view);

/// Adapts a tool's completion to the port's.
core::Execution::Done<core::JobView> answer_with_job(mcp::ToolDone done);

/// The result of a tool that has nothing to tell but that it is done: `{"ok":true}`.
core::Execution::Done<void> answer_with_ok(std::string text, mcp::ToolDone done);
extern const std::string_view kOkSchema;

}  // namespace berth::tools
