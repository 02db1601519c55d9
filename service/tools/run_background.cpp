#include "service/tools/command_request.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {

NativeTool run_background(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "run_background";
  tool.title = "Run a command in the background";
  tool.description =
      "Starts a shell command and answers at once with its job, for servers, watchers and long "
      "builds. It goes on whatever becomes of this conversation. get_job shows and awaits it, "
      "read_output reads its output, interrupt stops it.";
  tool.input_schema = command_input_schema(true);
  tool.output_schema = kJobSchema;
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            auto request = read_command(Arguments(arguments), true);
            if (!request) return done(core::fail(std::move(request.error())));
            execution.run_command(context.caller, std::move(*request), context.cancel,
                                  answer_with_job(std::move(done)));
          }};
}

}  // namespace berth::tools
