#pragma once

#include <string>

#include "service/mcp/request.h"
#include "service/mcp/result.h"
#include "service/mcp/task.h"
#include "service/mcp/tool_set.h"

namespace berth::mcp {

/// `tools/list` and `tools/call` of all revisions (2026-07-28, server/tools).

/// kInvalidParams for a cursor that is none. `with_tasks`: whether tools may be called as tasks.
RpcResult<std::string> list_tools(const ToolSet& tools, const ServerInfo& info,
                                  const Request& request, std::size_t page_size, bool with_tasks);

/// A tool's result as a raw JSON CallToolResult. `related_task`: the id of the task it is the
/// result of, where the revision wants it to be told; else empty.
std::string encode_call_result(const ToolResult& result, const ServerInfo& info, Revision revision,
                               std::string_view related_task = {});

/// Calls the tool, or begins a task where client, revision and tool agree on that. `tasks`: null =
/// there are none. All must outlive the call; `done` comes on the core loop, possibly at once.
void call_tool(const ToolSet& tools, const ServerInfo& info, TaskSource* tasks, Request request,
               ResultDone done);

}  // namespace berth::mcp
