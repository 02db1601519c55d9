#pragma once

#include "service/core/execution.h"
#include "service/mcp/task.h"
#include "service/mcp/tool.h"

namespace berth::tools {

/// Private to this folder: what each tool's file defines.
struct NativeTool {
  mcp::Tool tool;
  mcp::ToolHandler handler;
  mcp::TaskStarter start_task{};
};

NativeTool start_session(core::Execution& execution);
NativeTool run_command(core::Execution& execution);
NativeTool run_background(core::Execution& execution);
NativeTool get_job(core::Execution& execution);
NativeTool read_output(core::Execution& execution);
NativeTool send_input(core::Execution& execution);
NativeTool interrupt(core::Execution& execution);
NativeTool end_session(core::Execution& execution);
NativeTool list_sessions(core::Execution& execution);
NativeTool list_jobs(core::Execution& execution);
NativeTool query_position(core::Execution& execution);
NativeTool change_request_type(core::Execution& execution);
NativeTool cancel_request(core::Execution& execution);
NativeTool get_metrics(core::Execution& execution);

}  // namespace berth::tools
