#include "service/mcp/tool_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::mcp {
namespace {

/// Messages are framed by newlines, so what goes into them has none between its tokens.
std::string compact(std::string_view json) {
  const auto document = core::parse_json(json);
  return document ? core::write_json(*document) : std::string(json);
}

tl::unexpected<core::Error> refuse(const Tool& tool, std::string_view why) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("tool {}: {}", tool.name, why),
                    tool.name);
}

}  // namespace

core::Result<void> ToolSet::add(Tool tool, ToolHandler handler, TaskStarter start_task) {
  auto input = Schema::load(tool.input_schema);
  if (!input) return refuse(tool, "input " + input.error().message);
  if (!tool.output_schema.empty()) {
    if (auto output = Schema::load(tool.output_schema); !output) {
      return refuse(tool, "output " + output.error().message);
    }
  }
  return insert(std::move(tool), std::move(*input), std::move(handler), std::move(start_task));
}

core::Result<void> ToolSet::add_unchecked(Tool tool, ToolHandler handler) {
  return insert(std::move(tool), std::nullopt, std::move(handler), nullptr);
}

core::Result<void> ToolSet::insert(Tool tool, std::optional<Schema> input, ToolHandler handler,
                                   TaskStarter start_task) {
  if (!core::is_plain_name(tool.name)) {
    return refuse(tool, "a name is 1 to 64 letters, digits, _ or -");
  }
  if (find(tool.name) != nullptr) return refuse(tool, "the name is taken");
  auto mirrored = find_mirrored_parameters(tool.input_schema);
  if (!mirrored) return refuse(tool, "input " + mirrored.error().message);
  tool.input_schema = compact(tool.input_schema);
  tool.output_schema = tool.output_schema.empty() ? "" : compact(tool.output_schema);
  entries_.push_back({std::move(tool), std::move(input), std::move(*mirrored), std::move(handler),
                      std::move(start_task)});
  return {};
}

const ToolSet::Entry* ToolSet::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.tool.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

TaskSupport ToolSet::Entry::task_support() const {
  if (!start_task) return TaskSupport::forbidden;
  return handler ? TaskSupport::optional : TaskSupport::required;
}

std::string encode_tool(const Tool& tool, Revision revision, TaskSupport task_support) {
  core::JsonWriter json;
  json.begin_object().member("name", tool.name);
  if (has_titles(revision)) json.member("title", tool.title);
  json.member("description", tool.description).raw_member("inputSchema", tool.input_schema);
  if (has_structured_content(revision) && !tool.output_schema.empty()) {
    json.raw_member("outputSchema", tool.output_schema);
  }
  if (has_annotations(revision)) {
    const ToolAnnotations& hints = tool.annotations;
    json.key("annotations").begin_object();
    json.member("title", tool.title).member("readOnlyHint", hints.read_only);
    if (!hints.read_only) {
      json.member("destructiveHint", hints.destructive).member("idempotentHint", hints.idempotent);
    }
    json.member("openWorldHint", hints.open_world).end_object();
  }
  // The extension leaves it to the server, call by call.
  if (has_tasks(revision) && !is_modern(revision) && task_support != TaskSupport::forbidden) {
    json.key("execution").begin_object();
    json.member("taskSupport", task_support == TaskSupport::required ? "required" : "optional");
    json.end_object();
  }
  json.end_object();
  return json.str();
}

}  // namespace berth::mcp
