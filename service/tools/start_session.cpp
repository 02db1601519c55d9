#include <fmt/format.h>

#include "service/core/environment.h"
#include "service/core/json.h"
#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"shell":{"type":"string","description":"bash (the default), sh or zsh"},
"cwd":{"type":"string","description":"Directory to start in"},
"env":{"type":"object","additionalProperties":{"type":"string"},"description":"Variables of the session"},
"tty":{"type":"boolean","default":false,"description":"Its commands run on a terminal (for programs that ask or draw); stderr then comes with stdout"},
"rows":{"type":"integer","minimum":1,"maximum":1000,"default":24},
"cols":{"type":"integer","minimum":1,"maximum":1000,"default":80},
"name":{"type":"string","maxLength":128,"description":"For people, in lists"},
"sync":{"type":"boolean","default":true,"description":"true: served before those who will collect the result later"},
"wait_ms":{"type":"integer","minimum":0,"maximum":3600000,"default":0,"description":"When no terminal is free, wait this long before answering queued"},
"request_key":{"type":"string","minLength":1,"maxLength":128,"description":"Names this request: the same key again gives the same session"}},
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{
"session_id":{"type":"string"},
"state":{"type":"string","enum":["starting","ready","busy","restarting","ended","queued"]},
"shell":{"type":"string"},
"cwd":{"type":"string"},
"request_id":{"type":"string"},
"position":{"type":"integer","description":"Place in the queue, from 1"},
"eta_ms":{"type":"integer"},
"message":{"type":"string"}},
"required":["state"]})";

mcp::ToolResult queued_result(const core::SessionView& view) {
  const std::string message =
      "No terminal is free, so the session waits in the queue: query_position tells when it is "
      "ready, "
      "end_session gives the place up. run_background queues a command without waiting for it.";
  mcp::ToolResult result;
  result.text =
      fmt::format("queued at position {}, about {} ms, request {}, session {}\n{}", view.position,
                  view.eta.count(), view.request_id.str(), view.session.id.str(), message);
  core::JsonWriter json;
  json.begin_object();
  if (view.session.id) json.member("session_id", view.session.id);
  json.member("state", "queued")
      .member("request_id", view.request_id)
      .member("position", view.position)
      .member("eta_ms", view.eta.count())
      .member("message", message)
      .end_object();
  result.structured = json.str();
  return result;
}

mcp::ToolResult session_result(const core::SessionView& view) {
  if (view.queued) return queued_result(view);
  const core::SessionRecord& session = view.session;
  mcp::ToolResult result;
  result.text = fmt::format("{} ({}), cwd {}, session {}", core::to_string(session.state),
                            session.shell, session.cwd, session.id.str());
  core::JsonWriter json;
  json.begin_object()
      .member("session_id", session.id)
      .member("state", core::to_string(session.state))
      .member("shell", session.shell)
      .member("cwd", session.cwd)
      .end_object();
  result.structured = json.str();
  return result;
}

core::SessionRequest read_request(const Arguments& arguments) {
  core::SessionRequest request;
  request.shell = arguments.text("shell");
  request.cwd = arguments.text("cwd");
  request.env = arguments.environment("env");
  request.tty = arguments.flag("tty", request.tty);
  request.rows = static_cast<int>(arguments.integer("rows", request.rows));
  request.cols = static_cast<int>(arguments.integer("cols", request.cols));
  request.name = arguments.text("name");
  request.sync = arguments.flag("sync", request.sync);
  request.wait = arguments.milliseconds("wait_ms", request.wait);
  request.request_key = arguments.text("request_key");
  return request;
}

}  // namespace

NativeTool start_session(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "start_session";
  tool.title = "Start a session";
  tool.description =
      "Starts a shell that keeps its directory, variables, functions and aliases between commands. "
      "Pass the session_id to run_command. For a single command no session is needed. A session "
      "holds one of the machine's terminals until end_session ends it.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.destructive = false, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            core::SessionRequest request = read_request(Arguments(arguments));
            if (auto good = core::check_environment(request.env); !good) {
              return done(core::fail(good.error()));
            }
            request.progress = progress_of(context);
            execution.start_session(
                context.caller, std::move(request), context.cancel,
                [done = std::move(done)](const core::Result<core::SessionView>& view) {
                  done(view.map(session_result));
                });
          }};
}

}  // namespace berth::tools
