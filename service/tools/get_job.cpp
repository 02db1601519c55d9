#include "service/tools/arguments.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"wait_ms":{"type":"integer","minimum":0,"maximum":3600000,"default":0,"description":"Wait this long for the job to end"},
"max_output_bytes":{"type":"integer","minimum":0,"maximum":4194304,"default":32768,"description":"Per stream: the first third from the head, the rest from the tail"}},
"required":["job_id"],
"additionalProperties":false})";

}  // namespace

NativeTool get_job(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "get_job";
  tool.title = "Look at a job";
  tool.description =
      "Answers with a job's state, exit code and output. With wait_ms it waits for the job to end: "
      "use that instead of asking again and again.";
  tool.input_schema = kInput;
  tool.output_schema = kJobSchema;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            const Arguments arguments(value);
            auto id = arguments.id<core::JobId>("job_id");
            if (!id) return done(core::fail(std::move(id.error())));
            execution.get_job(
                context.caller, *id, arguments.milliseconds("wait_ms", core::Milliseconds(0)),
                static_cast<std::size_t>(arguments.integer("max_output_bytes", 32'768)),
                context.cancel, answer_with_job(std::move(done)));
          }};
}

}  // namespace berth::tools
