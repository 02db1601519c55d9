#include <fmt/format.h>

#include "service/core/views.h"
#include "service/tools/list_filter.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"state":{"type":"string","enum":["starting","ready","busy","restarting","ended"]},
"session_id":{"type":"string"},
"limit":{"type":"integer","minimum":1,"maximum":200,"default":50},
"cursor":{"type":"string","description":"next_cursor of the page before"}},
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{
"sessions":{"type":"array","items":{"type":"object",
"properties":{"session_id":{"type":"string"},"name":{"type":"string"},"state":{"type":"string"},"shell":{"type":"string"},"cwd":{"type":"string"},"client_id":{"type":"string"},"created_at":{"type":"string"},"used_at":{"type":"string"},"ended_at":{"type":"string"},"end_reason":{"type":"string"}},
"required":["session_id","state","shell","cwd"]}},
"next_cursor":{"type":"string"}},
"required":["sessions"]})";

mcp::ToolResult list_result(const core::Page<core::SessionRecord>& page) {
  mcp::ToolResult result;
  result.text = fmt::format("{} sessions", page.items.size());
  core::JsonWriter json;
  json.begin_object().key("sessions").begin_array();
  for (const core::SessionRecord& session : page.items) {
    result.text += fmt::format("\n{} {} ({}), cwd {}", session.id.str(),
                               core::to_string(session.state), session.shell, session.cwd);
    if (!session.name.empty()) result.text += fmt::format(", \"{}\"", session.name);
    core::write_session(json, session);
  }
  end_list(result.text, json, page.next_cursor);
  result.structured = json.str();
  return result;
}

}  // namespace

NativeTool list_sessions(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "list_sessions";
  tool.title = "List sessions";
  tool.description = "Lists your sessions, newest first: use it to find one you can go on with.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            auto filter = read_list_filter(Arguments(arguments));
            if (!filter) return done(core::fail(std::move(filter.error())));
            execution.list_sessions(context.caller, std::move(*filter),
                                    [done = std::move(done)](
                                        const core::Result<core::Page<core::SessionRecord>>& page) {
                                      done(page.map(list_result));
                                    });
          }};
}

}  // namespace berth::tools
