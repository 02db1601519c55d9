#include <fmt/format.h>

#include "service/core/views.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput =
    R"({"type":"object","properties":{},"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{
"active_sessions":{"type":"integer"},
"free_slots":{"type":"integer"},
"current_queue_depth":{"type":"integer"},
"peak_sessions":{"type":"integer"},
"peak_queue_depth":{"type":"integer"},
"avg_wait_sync":{"type":"number"},
"avg_wait_async":{"type":"number"},
"estimated_wait_next_sync_sec":{"type":"number"},
"estimated_wait_next_async_sec":{"type":"number"},
"effective_max_sessions":{"type":"integer"}},
"required":["active_sessions","free_slots","current_queue_depth","effective_max_sessions"]})";

}  // namespace

NativeTool get_metrics(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "get_metrics";
  tool.title = "Look at load and queue";
  tool.description = "Terminals in use and free, the queue, average and estimated waits.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](const mcp::CallContext&, const rapidjson::Value&,
                                        const mcp::ToolDone& done) {
            const core::QueueStatistics now = execution.queue_statistics();
            core::JsonWriter json;
            core::write_metrics(json, now);
            mcp::ToolResult result;
            result.text = fmt::format(
                "{} of {} terminals in use, {} requests wait; a new one would wait about {} ms",
                now.used, now.effective_max_sessions, now.waiting_sync + now.waiting_async,
                now.next_wait_sync.count());
            result.structured = json.str();
            done(std::move(result));
          }};
}

}  // namespace berth::tools
