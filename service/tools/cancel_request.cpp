#include <fmt/format.h>

#include "service/core/json.h"
#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"request_id":{"type":"string"},
"job_id":{"type":"string","description":"Instead of request_id"},
"mode":{"type":"string","enum":["after_command","interrupt","kill"],"default":"after_command","description":"For a command that runs already: let it end (one that waits for input never does), interrupt it, or kill it"}},
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{"ok":{"type":"boolean"},"message":{"type":"string"}},
"required":["ok","message"]})";

core::Execution::Done<std::string> answer(mcp::ToolDone done) {
  return [done = std::move(done)](const core::Result<std::string>& said) {
    if (!said) return done(core::fail(said.error()));
    core::JsonWriter json;
    json.begin_object().member("ok", true).member("message", *said).end_object();
    mcp::ToolResult result;
    result.text = "ok: " + *said;
    result.structured = json.str();
    done(std::move(result));
  };
}

}  // namespace

NativeTool cancel_request(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "cancel_request";
  tool.title = "Cancel a request";
  tool.description =
      "Withdraws a request that waits in the queue. A command that runs already is reported as "
      "cancelled, without its result, and its session is closed; to stop only the command use "
      "interrupt. Without mode such a command is let end first (after_command); one that waits for "
      "input does not end by itself and needs mode interrupt. A harder mode may follow a softer "
      "one.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.destructive = true, .idempotent = true, .open_world = false};
  return {
      std::move(tool),
      [&execution](mcp::CallContext context, const rapidjson::Value& value, mcp::ToolDone done) {
        const Arguments arguments(value);
        if (arguments.has("job_id") == arguments.has("request_id")) {
          return done(core::fail(core::ErrorCode::invalid_argument,
                                 "arguments: one of request_id and job_id is required",
                                 "arguments"));
        }
        const auto job = arguments.id<core::JobId>("job_id");
        if (!job) return done(core::fail(job.error()));
        const auto request = arguments.id<core::RequestId>("request_id");
        if (!request) return done(core::fail(request.error()));
        const auto mode =
            core::parse_stop_mode(arguments.text("mode")).value_or(core::StopMode::after_command);
        if (*job) {
          execution.cancel_job(context.caller, *job, mode, answer(std::move(done)));
        } else {
          execution.cancel_request(context.caller, *request, mode, answer(std::move(done)));
        }
      }};
}

}  // namespace berth::tools
