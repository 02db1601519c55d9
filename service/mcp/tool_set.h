#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/mcp/mirrored_parameters.h"
#include "service/mcp/revision.h"
#include "service/mcp/schema.h"
#include "service/mcp/task.h"
#include "service/mcp/tool.h"

namespace berth::mcp {

/// `execution.taskSupport` of 2025-11-25.
enum class TaskSupport { forbidden, optional, required };

/// The tools a server offers, in the order they were added, which is the order clients see: the
/// same on every connection and after every restart. Core loop; must outlive the server.
class ToolSet {
 public:
  struct Entry {
    Tool tool;
    std::optional<Schema> input;  ///< nothing = not checked here
    std::vector<MirroredParameter> mirrored;
    ToolHandler handler;     ///< empty = runs as a task only
    TaskStarter start_task;  ///< empty = never runs as one

    TaskSupport task_support() const;
  };

  /// invalid_argument if the name is not a tool name, is taken, or a schema uses a keyword that
  /// arguments could not be checked against. One of `handler` and `start_task` may be empty.
  core::Result<void> add(Tool tool, ToolHandler handler, TaskStarter start_task = nullptr);

  /// The same for a tool whose handler checks its arguments itself: the schema is only shown.
  core::Result<void> add_unchecked(Tool tool, ToolHandler handler);

  const Entry* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  core::Result<void> insert(Tool tool, std::optional<Schema> input, ToolHandler handler,
                            TaskStarter start_task);

  std::vector<Entry> entries_;
};

/// The tool as `tools/list` of that revision shows it: one raw JSON object.
std::string encode_tool(const Tool& tool, Revision revision,
                        TaskSupport task_support = TaskSupport::forbidden);

}  // namespace berth::mcp
