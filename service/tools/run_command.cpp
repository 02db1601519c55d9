#include "service/tools/command_request.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {

NativeTool run_command(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "run_command";
  tool.title = "Run a command";
  tool.description =
      "Runs a shell command and answers with its exit code, stdout and stderr. After "
      "yield_after_ms "
      "it answers with what there is and the command goes on as a job: get_job waits for it. Use "
      "session_id (from start_session) to keep directory and environment between commands, "
      "run_background for servers and long builds.";
  tool.input_schema = command_input_schema(false);
  tool.output_schema = kJobSchema;
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            auto request = read_command(Arguments(arguments), false);
            if (!request) return done(core::fail(std::move(request.error())));
            request->progress = progress_of(context);
            execution.run_command(context.caller, std::move(*request), context.cancel,
                                  answer_with_job(std::move(done)));
          }};
}

}  // namespace berth::tools
