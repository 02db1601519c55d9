#include "service/tools/terminal_tools.h"

#include <algorithm>
#include <cstdint>

#include "service/core/json.h"
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

namespace {

/// Lowers `maximum` and `default` of the arguments that say how much output is answered.
void bound_output(std::string& schema, std::size_t most) {
  auto document = core::parse_json(schema);
  if (!document) return;  // told by ToolSet::add
  auto& properties = (*document)["properties"];
  for (const char* name : {"max_output_bytes", "limit"}) {
    if (!properties.HasMember(name)) continue;
    for (const char* keyword : {"maximum", "default"}) {
      rapidjson::Value& value = properties[name][keyword];
      value.SetUint64(std::min<std::uint64_t>(value.GetUint64(), most));
    }
  }
  schema = core::write_json(*document);
}

}  // namespace

core::Result<void> add_terminal_tools(mcp::ToolSet& tools, core::Execution& execution,
                                      std::size_t max_output_bytes) {
  for (const auto make : {start_session, run_command, run_background, get_job, read_output,
                          send_input, interrupt, end_session, list_sessions, list_jobs,
                          query_position, change_request_type, cancel_request, get_metrics}) {
    NativeTool native = make(execution);
    bound_output(native.tool.input_schema, max_output_bytes);
    if (auto added = tools.add(std::move(native.tool), std::move(native.handler),
                               std::move(native.start_task));
        !added) {
      return added;
    }
  }
  return {};
}

}  // namespace berth::tools
