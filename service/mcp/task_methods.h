#pragma once

#include <string>
#include <string_view>

#include "service/mcp/request.h"
#include "service/mcp/result.h"
#include "service/mcp/task.h"

namespace berth::mcp {

/// The methods `tasks/…`: `get`, `result`, `list` and `cancel` of 2025-11-25
/// (basic/utilities/tasks), where tasks are experimental, and `get`, `update` and `cancel` of the
/// extension that replaces them in 2026-07-28 (SEP-2663).
bool is_task_method(std::string_view method, Revision revision);

/// `request.method` is one of them. Both must outlive the call; `done` comes on the core loop,
/// possibly at once. kInvalidParams for a task that the caller has not, kMissingClientCapability
/// for a modern client that does not know tasks.
void serve_task_method(TaskSource& tasks, const ServerInfo& info, const Request& request,
                       ResultDone done);

/// A raw JSON CreateTaskResult: the answer to a call that has become a task.
std::string encode_created_task(const TaskView& task, const ServerInfo& info, Revision revision);

/// The whole `notifications/tasks` of the extension: what `tasks/get` answers at that moment.
/// `meta`: raw `_meta`.
std::string encode_task_notification(const TaskView& task, const ServerInfo& info,
                                     std::string_view meta);

/// What a modern client is told that does not say that it knows tasks.
RpcError tasks_capability_missing();

/// How a request for a task, or for one that could not be begun, is refused.
RpcError task_error(const core::Error& error);

}  // namespace berth::mcp
