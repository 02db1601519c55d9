#include "service/mcp/task_methods.h"

#include <fmt/format.h>

#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/mcp/message.h"
#include "service/mcp/tool_methods.h"

namespace berth::mcp {
namespace {

std::string_view status_of(const TaskView& task, Revision revision) {
  switch (task.status) {
    case TaskStatus::working:
      return "working";
    case TaskStatus::completed:
      return "completed";
    case TaskStatus::failed:
      // A result that says isError is no failure of the task any more (SEP-2663, Task Status).
      return is_modern(revision) && !task.error ? "completed" : "failed";
    case TaskStatus::cancelled:
      return "cancelled";
  }
  return {};
}

/// The members of a Task, which are named anew in the extension.
void write_task(core::JsonWriter& json, const TaskView& task, Revision revision) {
  const bool modern = is_modern(revision);
  json.member("taskId", task.id).member("status", status_of(task, revision));
  if (!task.message.empty()) json.member("statusMessage", task.message);
  json.member("createdAt", task.created_at).member("lastUpdatedAt", task.updated_at);
  json.key(modern ? "ttlMs" : "ttl");
  if (task.ttl) {
    json.value(task.ttl->count());
  } else {
    json.null();
  }
  json.member(modern ? "pollIntervalMs" : "pollInterval", task.poll_interval.count());
}

/// The members of a DetailedTask of the extension.
void write_detailed_task(core::JsonWriter& json, const TaskView& task, const ServerInfo& info) {
  constexpr Revision kRevision = Revision::r2026_07_28;
  write_task(json, task, kRevision);
  const std::string_view status = status_of(task, kRevision);
  if (status == "completed" && task.result) {
    json.raw_member("result", encode_call_result(*task.result, info, kRevision));
  } else if (status == "failed") {
    json.key("error");
    write_error(json, *task.error);
  }
}

std::string encode_task(const TaskView& task, const ServerInfo& info, Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  if (is_modern(revision)) {
    write_detailed_task(json, task, info);
  } else {
    write_task(json, task, revision);
  }
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

std::string encode_acknowledgement(const ServerInfo& info, Revision revision) {
  core::JsonWriter json;
  begin_result(json, revision);
  write_meta(json, info, revision);
  json.end_object();
  return json.str();
}

std::string encode_list(const core::Page<TaskView>& page, Revision revision) {
  core::JsonWriter json;
  json.begin_object().key("tasks").begin_array();
  for (const TaskView& task : page.items) {
    json.begin_object();
    write_task(json, task, revision);
    json.end_object();
  }
  json.end_array();
  if (!page.next_cursor.empty()) json.member("nextCursor", page.next_cursor);
  json.end_object();
  return json.str();
}

void list_tasks(TaskSource& tasks, const Request& request, ResultDone done) {
  auto cursor = read_cursor(request.params);
  if (!cursor) return done(rpc_fail(cursor.error()));
  tasks.list(request.context.caller, *std::move(cursor),
             [revision = request.revision,
              done = std::move(done)](const core::Result<core::Page<TaskView>>& page) {
               if (page) return done(encode_list(*page, revision));
               if (page.error().code == core::ErrorCode::invalid_argument) {
                 return done(rpc_fail(invalid_cursor()));
               }
               done(rpc_fail(task_error(page.error())));
             });
}

/// What the call would have been answered.
RpcResult<std::string> answer_of(const TaskView& task, const ServerInfo& info, Revision revision) {
  if (task.error) return rpc_fail(*task.error);
  if (task.result) return encode_call_result(*task.result, info, revision, task.id);
  return rpc_fail(kInternalError, fmt::format("task {} was cancelled without a result", task.id));
}

/// Of one that has ended: the extension acknowledges that, the handshake revisions refuse it.
RpcResult<std::string> cancelled(const core::Result<TaskView>& task, const ServerInfo& info,
                                 Revision revision) {
  const bool modern = is_modern(revision);
  if (!task && !(modern && task.error().code == core::ErrorCode::conflict)) {
    return rpc_fail(task_error(task.error()));
  }
  return modern ? encode_acknowledgement(info, revision) : encode_task(*task, info, revision);
}

}  // namespace

bool is_task_method(std::string_view method, Revision revision) {
  if (!method.starts_with("tasks/") || !has_tasks(revision)) return false;
  const std::string_view name = method.substr(method.find('/') + 1);
  if (name == "get" || name == "cancel") return true;
  return is_modern(revision) ? name == "update" : name == "result" || name == "list";
}

void serve_task_method(TaskSource& tasks, const ServerInfo& info, const Request& request,
                       ResultDone done) {
  const Revision revision = request.revision;
  if (is_modern(revision) && !request.capabilities.tasks) {
    return done(rpc_fail(tasks_capability_missing()));
  }
  if (request.method == "tasks/list") return list_tasks(tasks, request, std::move(done));
  const auto id = request.params == nullptr ? std::nullopt : request.params->string("taskId");
  if (!id) return done(rpc_fail(kInvalidParams, "params.taskId must be a string"));
  const core::Caller& caller = request.context.caller;
  if (request.method == "tasks/result") {
    return tasks.wait(caller, *id, request.context.cancel,
                      [&info, revision, done](const core::Result<TaskView>& task) {
                        if (!task) return done(rpc_fail(task_error(task.error())));
                        done(answer_of(*task, info, revision));
                      });
  }
  if (request.method == "tasks/cancel") {
    return tasks.cancel(caller, *id, [&info, revision, done](const core::Result<TaskView>& task) {
      done(cancelled(task, info, revision));
    });
  }
  // Answers to questions: as no task asks any, all are unknown, and such are ignored.
  const bool update = request.method == "tasks/update";
  if (update && !request.params->object("inputResponses")) {
    return done(rpc_fail(kInvalidParams, "params.inputResponses must be an object"));
  }
  tasks.find(caller, *id, [&info, revision, update, done](const core::Result<TaskView>& task) {
    if (!task) return done(rpc_fail(task_error(task.error())));
    done(update ? encode_acknowledgement(info, revision) : encode_task(*task, info, revision));
  });
}

std::string encode_created_task(const TaskView& task, const ServerInfo& info, Revision revision) {
  core::JsonWriter json;
  json.begin_object();
  if (is_modern(revision)) {
    json.member("resultType", "task");
    write_task(json, task, revision);
    write_meta(json, info, revision);
    return json.end_object().str();
  }
  json.key("task").begin_object();
  write_task(json, task, revision);
  json.end_object();
  if (!task.message.empty()) {
    // For a host that lets its model go on meanwhile: the job's id is in it.
    json.key("_meta").begin_object();
    json.member("io.modelcontextprotocol/model-immediate-response", task.message).end_object();
  }
  return json.end_object().str();
}

std::string encode_task_notification(const TaskView& task, const ServerInfo& info,
                                     std::string_view meta) {
  core::JsonWriter params;
  params.begin_object().raw_member("_meta", meta);
  write_detailed_task(params, task, info);
  params.end_object();
  return encode_notification("notifications/tasks", params.view());
}

RpcError tasks_capability_missing() {
  return {
      kMissingClientCapability, "Missing required client capability",
      fmt::format(R"({{"requiredCapabilities":{{"extensions":{{"{}":{{}}}}}}}})", kTasksExtension)};
}

RpcError task_error(const core::Error& error) {
  const bool asked_wrongly =
      error.code == core::ErrorCode::not_found || error.code == core::ErrorCode::invalid_argument ||
      error.code == core::ErrorCode::conflict || error.code == core::ErrorCode::cwd_not_accessible;
  return {asked_wrongly ? kInvalidParams : kInternalError, core::to_valid_utf8(error.message),
          error_result(error).error};
}

}  // namespace berth::mcp
