#include <fmt/format.h>

#include "service/core/text.h"
#include "service/core/views.h"
#include "service/tools/job_result.h"
#include "service/tools/list_filter.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"state":{"type":"string","enum":["queued","running","succeeded","failed","cancelled","timed_out","lost"]},
"session_id":{"type":"string","description":"Only this session's"},
"limit":{"type":"integer","minimum":1,"maximum":200,"default":50},
"cursor":{"type":"string","description":"next_cursor of the page before"}},
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{
"jobs":{"type":"array","items":{"type":"object",
"properties":{"job_id":{"type":"string"},"session_id":{"type":"string"},"state":{"type":"string"},"exit_code":{"type":"integer"},"signal":{"type":"string"},"command":{"type":"string"},"cwd":{"type":"string"},"duration_ms":{"type":"integer"}},
"required":["job_id","state","command","cwd","duration_ms"]}},
"next_cursor":{"type":"string"}},
"required":["jobs"]})";

constexpr std::size_t kTitleBytes = 80;

mcp::ToolResult list_result(const core::Page<core::JobView>& page) {
  mcp::ToolResult result;
  result.text = fmt::format("{} jobs", page.items.size());
  core::JsonWriter json;
  json.begin_object().key("jobs").begin_array();
  for (const core::JobView& view : page.items) {
    result.text += fmt::format("\n{}: {}", job_status_line(view),
                               core::first_line(view.job.command, kTitleBytes));
    core::write_job(json, view, false);
  }
  end_list(result.text, json, page.next_cursor);
  result.structured = json.str();
  return result;
}

}  // namespace

NativeTool list_jobs(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "list_jobs";
  tool.title = "List jobs";
  tool.description =
      "Lists your commands, newest first, without their output: use it to find a job whose id you "
      "don't have, or to see what still runs (state running).";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            auto filter = read_list_filter(Arguments(arguments));
            if (!filter) return done(core::fail(std::move(filter.error())));
            execution.list_jobs(
                context.caller, std::move(*filter),
                [done = std::move(done)](const core::Result<core::Page<core::JobView>>& page) {
                  done(page.map(list_result));
                });
          }};
}

}  // namespace berth::tools
