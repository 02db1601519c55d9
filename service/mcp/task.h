#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "service/mcp/rpc_error.h"
#include "service/mcp/tool.h"

namespace berth::mcp {

/// Where a task stands. `input_required` is not among them: no task of a Berth tool asks for input.
enum class TaskStatus { working, completed, failed, cancelled };

/// A call that goes on after its answer, in neither era's form (2025-11-25,
/// basic/utilities/tasks; 2026-07-28, the extension io.modelcontextprotocol/tasks).
struct TaskView {
  std::string id;
  /// `failed` without an `error`: its result says isError, which only the handshake revisions call
  /// failed.
  TaskStatus status = TaskStatus::working;
  std::string message;  ///< valid UTF-8, for people and models; empty = none
  core::Timestamp created_at{};
  core::Timestamp updated_at{};
  std::optional<core::Milliseconds> ttl;  ///< from created_at; nothing = it is not known to go
  core::Milliseconds poll_interval{1'000};
  std::optional<ToolResult> result;  ///< once it has ended, as the call would have answered
  std::optional<RpcError> error;     ///< instead of it, of one that failed
};

/// The tasks there are. Core loop; completions come there too, possibly before the call returns.
/// What the caller may not see is not_found.
class TaskSource {
 public:
  template <class T>
  using Done = std::function<void(core::Result<T>)>;

  virtual ~TaskSource() = default;

  virtual void find(const core::Caller& caller, const std::string& id, Done<TaskView> done) = 0;
  /// Waits for its end, however long. After `cancel` nobody waits any more, `done` may come or not.
  virtual void wait(const core::Caller& caller, const std::string& id,
                    std::shared_ptr<core::Cancellation> cancel, Done<TaskView> done) = 0;
  /// Newest first and without results; invalid_argument for a cursor that is none.
  virtual void list(const core::Caller& caller, std::string cursor,
                    Done<core::Page<TaskView>> done) = 0;
  /// Done once it is cancelled for good; conflict if it has ended.
  virtual void cancel(const core::Caller& caller, const std::string& id, Done<TaskView> done) = 0;
};

/// When a call that may become a task becomes one.
enum class TaskWish {
  at_once,  ///< the client asked for a task
  if_long,  ///< the client takes one: calls that end soon are answered with their result
};

/// The id under which TaskSource finds it: it is stored.
struct StartedTask {
  std::string id;
};

using TaskOutcome = std::variant<ToolResult, StartedTask>;

/// Runs a call as a task, or begins as ToolHandler does and goes on as a task: `at_once` ends with
/// a StartedTask or an error. Once there is a task, context.cancel has no effect any more.
using TaskStarter =
    std::function<void(CallContext context, const rapidjson::Value& arguments, TaskWish wish,
                       std::function<void(core::Result<TaskOutcome>)> done)>;

}  // namespace berth::mcp
