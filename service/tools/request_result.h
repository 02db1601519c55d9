#pragma once

#include <string_view>

#include "service/core/execution.h"
#include "service/mcp/tool.h"

namespace berth::tools {

/// The output schema of the tools that answer with a request's place in the queue.
extern const std::string_view kRequestSchema;

/// Adapts a tool's completion to the port's.
core::Execution::Done<core::RequestView> answer_with_request(mcp::ToolDone done);

}  // namespace berth::tools
