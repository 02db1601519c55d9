#include "service/tools/command_request.h"

#include <fmt/format.h>

#include "service/core/environment.h"

namespace berth::tools {
namespace {

constexpr std::string_view kSchema = R"({{
"type":"object",
"properties":{{
"command":{{"type":"string","minLength":1,"description":"Shell text; several lines are fine"}},
"session_id":{{"type":"string","description":"Run in this session, which keeps directory, variables and functions. Without it: in a terminal of its own"}},
"shell":{{"type":"string","description":"bash (the default), sh or zsh; only without session_id"}},
"cwd":{{"type":"string","description":"Directory for this command only"}},
"env":{{"type":"object","additionalProperties":{{"type":"string"}},"description":"Variables for this command only"}},
"stdin":{{"type":"string","description":"Text on its stdin; without it stdin is empty, so a command that asks a question ends instead of hanging"}},
"open_stdin":{{"type":"boolean","default":false,"description":"Keep stdin open, for send_input"}},
"tty":{{"type":"boolean","default":false,"description":"Run it on a terminal (for programs that ask or draw), and type with send_input; stderr then comes with stdout. In a session: only if that was started with tty"}},
"timeout_ms":{{"type":"integer","minimum":0,"maximum":604800000,"description":"End the command after this time; none by default"}},
"yield_after_ms":{{"type":"integer","minimum":0,"maximum":3600000,"default":45000,"description":"Answer after this time with what there is; the command goes on{0}"}},
"max_output_bytes":{{"type":"integer","minimum":0,"maximum":4194304,"default":32768,"description":"Per stream: the first third from the head, the rest from the tail"}},
"request_key":{{"type":"string","minLength":1,"maxLength":128,"description":"Names this request: the same key again gives the same job instead of a second run"}},
"sync":{{"type":"boolean","default":{1},"description":"true: served before those who will collect the result later"}}}},
"required":["command"],
"additionalProperties":false}})";

}  // namespace

std::string command_input_schema(bool background) {
  return fmt::format(kSchema, background ? " (run_background answers at once anyway)" : "",
                     !background);
}

core::Result<core::CommandRequest> read_command(const Arguments& arguments, bool background) {
  auto session = arguments.id<core::SessionId>("session_id");
  if (!session) return core::fail(std::move(session.error()));
  core::CommandRequest request;
  request.command = arguments.text("command");
  request.session_id = std::move(*session);
  request.shell = arguments.text("shell");
  request.cwd = arguments.text("cwd");
  request.env = arguments.environment("env");
  if (auto good = core::check_environment(request.env); !good) return core::fail(good.error());
  request.stdin_text = arguments.text("stdin");
  request.open_stdin = arguments.flag("open_stdin", false);
  request.tty = arguments.flag("tty", false);
  request.timeout = arguments.milliseconds("timeout_ms", request.timeout);
  request.yield_after = arguments.milliseconds("yield_after_ms", request.yield_after);
  request.max_output_bytes = static_cast<std::size_t>(
      arguments.integer("max_output_bytes", static_cast<std::int64_t>(request.max_output_bytes)));
  request.request_key = arguments.text("request_key");
  request.sync = arguments.flag("sync", !background);
  request.background = background;
  return request;
}

}  // namespace berth::tools
