#include "service/mcp/tool_methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/mcp/content.h"
#include "service/mcp/task_methods.h"

namespace berth::mcp {
namespace {

struct Caller {
  const ServerInfo& info;
  TaskSource* tasks;
  Revision revision;
  ResultDone done;

  void answer(const core::Result<ToolResult>& result) const {
    done(encode_call_result(result ? *result : error_result(result.error()), info, revision));
  }
  void refuse(int code, std::string message) const { done(rpc_fail(code, std::move(message))); }
};

/// `params.task`; nothing where it has no meaning. A task's life is the server's to decide, so what
/// the client would like it to be is not looked at.
RpcResult<bool> asks_for_task(const Request& request, const TaskSource* tasks) {
  if (tasks == nullptr || is_modern(request.revision) || !has_tasks(request.revision)) return false;
  const core::JsonMember* task = request.params->find("task");
  if (task != nullptr && task->kind != core::JsonKind::object) {
    return rpc_fail(kInvalidParams, "params.task must be an object");
  }
  return task != nullptr;
}

void start_task(const ToolSet::Entry& entry, CallContext context, const rapidjson::Value& arguments,
                TaskWish wish, const Caller& call) {
  const core::Caller owner = context.caller;
  entry.start_task(std::move(context), arguments, wish,
                   [call, owner, wish](const core::Result<TaskOutcome>& outcome) {
                     if (!outcome) {
                       // Who asked for a task waits for nothing but a task.
                       if (wish == TaskWish::at_once)
                         return call.done(rpc_fail(task_error(outcome.error())));
                       return call.answer(core::fail(outcome.error()));
                     }
                     if (const auto* result = std::get_if<ToolResult>(&*outcome))
                       return call.answer(*result);
                     call.tasks->find(
                         owner, std::get<StartedTask>(*outcome).id,
                         [call](const core::Result<TaskView>& task) {
                           if (!task) return call.done(rpc_fail(task_error(task.error())));
                           call.done(encode_created_task(*task, call.info, call.revision));
                         });
                   });
}

}  // namespace

RpcResult<std::string> list_tools(const ToolSet& tools, const ServerInfo& info,
                                  const Request& request, std::size_t page_size, bool with_tasks) {
  const auto& entries = tools.entries();
  std::size_t from = 0;
  const core::JsonMember* cursor =
      request.params == nullptr ? nullptr : request.params->find("cursor");
  if (cursor != nullptr) {
    // A cursor is the name of the last tool of the page before.
    const ToolSet::Entry* last = cursor->kind == core::JsonKind::string
                                     ? tools.find(core::decode_json_string(cursor->raw))
                                     : nullptr;
    if (last == nullptr) return rpc_fail(invalid_cursor());
    from = static_cast<std::size_t>(last - entries.data()) + 1;
  }
  const std::size_t to = std::min(entries.size(), from + page_size);
  core::JsonWriter json;
  begin_result(json, request.revision);
  json.key("tools").begin_array();
  for (std::size_t i = from; i < to; ++i) {
    const TaskSupport support = with_tasks ? entries[i].task_support() : TaskSupport::forbidden;
    json.raw(encode_tool(entries[i].tool, request.revision, support));
  }
  json.end_array();
  if (to < entries.size()) json.member("nextCursor", entries[to - 1].tool.name);
  write_cache_hints(json, request.revision, kUntilNewVersion);
  write_meta(json, info, request.revision);
  json.end_object();
  return json.str();
}

std::string encode_call_result(const ToolResult& result, const ServerInfo& info, Revision revision,
                               std::string_view related_task) {
  core::JsonWriter json;
  begin_result(json, revision);
  json.key("content").begin_array();
  if (!result.text.empty() || result.attachments.empty()) {
    write_content(json, result.text, revision);
  }
  for (const Content& content : result.attachments) write_content(json, content, revision);
  json.end_array();
  if (has_structured_content(revision) && !result.structured.empty()) {
    json.raw_member("structuredContent", result.structured);
  }
  json.member("isError", result.is_error);
  write_meta(json, info, revision, result.error, related_task);
  json.end_object();
  return json.str();
}

void call_tool(const ToolSet& tools, const ServerInfo& info, TaskSource* tasks, Request request,
               ResultDone done) {
  const Revision revision = request.revision;
  const Caller call{info, tasks, revision, std::move(done)};
  const auto name = request.params == nullptr ? std::nullopt : request.params->string("name");
  if (!name) return call.refuse(kInvalidParams, "params.name must be a string");
  const ToolSet::Entry* entry = tools.find(*name);
  if (entry == nullptr) return call.refuse(kInvalidParams, "Unknown tool: " + *name);

  const auto asked = asks_for_task(request, tasks);
  if (!asked) return call.done(rpc_fail(asked.error()));
  if (*asked && !entry->start_task) {
    return call.refuse(kMethodNotFound, fmt::format("Tool {} does not run as a task", *name));
  }
  const bool may_be_task = tasks != nullptr && entry->start_task &&
                           (*asked || (is_modern(revision) && request.capabilities.tasks));
  if (!may_be_task && !entry->handler) {
    if (is_modern(revision)) return call.done(rpc_fail(tasks_capability_missing()));
    return call.refuse(kMethodNotFound, fmt::format("Tool {} runs as a task only", *name));
  }

  const core::JsonMember* raw = request.params->find("arguments");
  const auto arguments = core::parse_json(raw == nullptr ? "{}" : raw->raw);
  if (!arguments || !arguments->IsObject()) {
    return call.refuse(kInvalidParams, "params.arguments must be an object");
  }
  const auto checked =
      entry->input ? entry->input->check(*arguments, "arguments") : core::Result<void>();
  if (!checked) {
    if (reports_arguments_to_model(revision) && !*asked) {
      return call.answer(core::fail(checked.error()));
    }
    return call.refuse(kInvalidParams, fmt::format("Invalid arguments for tool {}: {}", *name,
                                                   checked.error().message));
  }
  if (may_be_task) {
    return start_task(*entry, std::move(request.context), *arguments,
                      *asked ? TaskWish::at_once : TaskWish::if_long, call);
  }
  entry->handler(std::move(request.context), *arguments,
                 [call](const core::Result<ToolResult>& result) { call.answer(result); });
}

}  // namespace berth::mcp
