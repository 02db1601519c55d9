#include "service/tools/terminal_tools.h"

#include "service/tools/native_tool.h"

namespace berth::tools {

std::string_view terminal_instructions() {
  return "Berth runs commands in terminals that do not hang or lose output. run_command runs one "
         "command; start a session first if directory or environment must be kept between "
         "commands. Commands that take longer go on as jobs: get_job with wait_ms awaits them, "
         "read_output reads what a result left out, run_background is for servers and long builds. "
         "A command that asks questions needs open_stdin or "
         "tty, and send_input. "
         "A non-zero exit is reported as state failed with its exit_code.";
}

core::Result<void> add_terminal_tools(mcp::ToolSet& tools, core::Execution& execution) {
  for (const auto make : {start_session, run_command, run_background, get_job, read_output,
                          send_input, interrupt, end_session, list_sessions, list_jobs,
                          query_position, change_request_type, cancel_request, get_metrics}) {
    NativeTool native = make(execution);
    if (auto added = tools.add(std::move(native.tool), std::move(native.handler)); !added) {
      return added;
    }
  }
  return {};
}

}  // namespace berth::tools
