#include <fmt/format.h>

#include "service/tools/arguments.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"session_id":{"type":"string","description":"Instead of job_id: the session's current command"},
"how":{"type":"string","enum":["interrupt","terminate","kill"],"default":"interrupt","description":"interrupt is Ctrl-C; kill can't be ignored"}},
"additionalProperties":false})";

}  // namespace

NativeTool interrupt(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "interrupt";
  tool.title = "Stop a running command";
  tool.description =
      "Stops a running command with all its processes, named by its job or by its session. The "
      "session goes on. If interrupt is ignored, use terminate, then kill.";
  tool.input_schema = kInput;
  tool.output_schema = kOkSchema;
  tool.annotations = {.destructive = true, .idempotent = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            const Arguments arguments(value);
            if (auto one = arguments.exactly_one_of("job_id", "session_id"); !one) {
              return done(core::fail(std::move(one.error())));
            }
            const auto job = arguments.id<core::JobId>("job_id");
            if (!job) return done(core::fail(job.error()));
            const auto session = arguments.id<core::SessionId>("session_id");
            if (!session) return done(core::fail(session.error()));
            const auto how =
                core::parse_stop_mode(arguments.text("how")).value_or(core::StopMode::interrupt);
            const std::string& target = *job ? job->str() : session->str();
            auto answer = answer_with_ok(fmt::format("sent {} to {}", core::to_string(how), target),
                                         std::move(done));
            if (*job) {
              execution.interrupt_job(context.caller, *job, how, std::move(answer));
            } else {
              execution.interrupt_session(context.caller, *session, how, std::move(answer));
            }
          }};
}

}  // namespace berth::tools
