#include "service/tools/command_request.h"
#include "service/tools/job_result.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

/// How long a call that may become a task is waited for: most commands are answered with their
/// result, as without tasks.
constexpr core::Milliseconds kFirstWait{5'000};

using OutcomeDone = std::function<void(core::Result<mcp::TaskOutcome>)>;

/// Goes on whatever becomes of the call, and is known by its job's id.
void start_at_once(core::Execution& execution, const core::Caller& caller,
                   core::CommandRequest request, OutcomeDone done) {
  request.background = true;
  execution.run_command(caller, std::move(request), nullptr,
                        [done = std::move(done)](const core::Result<core::JobView>& view) {
                          if (!view) return done(core::fail(view.error()));
                          done(mcp::StartedTask{view->job.id.str()});
                        });
}

/// `asked_to_yield`: by the caller, which then wants an answer at that time, whatever there is.
void start_if_long(core::Execution& execution, const mcp::CallContext& context,
                   core::CommandRequest request, bool asked_to_yield, OutcomeDone done) {
  if (!asked_to_yield) request.yield_after = kFirstWait;
  request.progress = progress_of(context);
  execution.run_command(
      context.caller, std::move(request), context.cancel,
      [asked_to_yield, done = std::move(done)](const core::Result<core::JobView>& view) {
        if (!view) return done(core::fail(view.error()));
        if (asked_to_yield || core::is_final(view->job.state)) return done(job_result(*view));
        done(mcp::StartedTask{view->job.id.str()});
      });
}

}  // namespace

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
  return {std::move(tool),
          [&execution](const mcp::CallContext& context, const rapidjson::Value& arguments,
                       mcp::ToolDone done) {
            auto request = read_command(Arguments(arguments), false);
            if (!request) return done(core::fail(std::move(request.error())));
            request->progress = progress_of(context);
            execution.run_command(context.caller, std::move(*request), context.cancel,
                                  answer_with_job(std::move(done)));
          },
          [&execution](const mcp::CallContext& context, const rapidjson::Value& value,
                       mcp::TaskWish wish, OutcomeDone done) {
            const Arguments arguments(value);
            auto request = read_command(arguments, false);
            if (!request) return done(core::fail(std::move(request.error())));
            if (wish == mcp::TaskWish::at_once) {
              return start_at_once(execution, context.caller, std::move(*request), std::move(done));
            }
            start_if_long(execution, context, std::move(*request), arguments.has("yield_after_ms"),
                          std::move(done));
          }};
}

}  // namespace berth::tools
