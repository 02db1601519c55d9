#include <fmt/format.h>

#include "service/tools/arguments.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"session_id":{"type":"string"},
"mode":{"type":"string","enum":["after_command","interrupt","kill"],"default":"interrupt","description":"What becomes of a command that runs in it: it may finish, is interrupted, or is killed"}},
"required":["session_id"],
"additionalProperties":false})";

}  // namespace

NativeTool end_session(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "end_session";
  tool.title = "End a session";
  tool.description =
      "Ends a session and frees its terminal for others. Its jobs and their output stay readable.";
  tool.input_schema = kInput;
  tool.output_schema = kOkSchema;
  tool.annotations = {.destructive = true, .idempotent = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            const Arguments arguments(value);
            const auto id = arguments.id<core::SessionId>("session_id");
            if (!id) return done(core::fail(id.error()));
            const auto mode =
                core::parse_stop_mode(arguments.text("mode")).value_or(core::StopMode::interrupt);
            const std::string_view verb =
                mode == core::StopMode::after_command ? "ends after its command" : "ended";
            execution.end_session(
                context.caller, *id, mode,
                answer_with_ok(fmt::format("{} {}", id->str(), verb), std::move(done)));
          }};
}

}  // namespace berth::tools
