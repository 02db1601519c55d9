#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/keys.h"
#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"text":{"type":"string","description":"Sent as it is: a line that is read needs a newline at its end"},
"keys":{"type":["array","string"],"items":{"type":"string"},"description":"Keys pressed after the text, for a command on a tty: enter tab escape up down left right backspace ctrl-c ctrl-d f1 alt-x and so on. In one string: separated by spaces"},
"eof":{"type":"boolean","default":false,"description":"End of input, after text and keys"},
"rows":{"type":"integer","minimum":1,"maximum":1000,"description":"New size of the command's tty, with cols"},
"cols":{"type":"integer","minimum":1,"maximum":1000},
"request_key":{"type":"string","minLength":1,"maxLength":128,"description":"Names this input: the same key again is not sent twice"}},
"required":["job_id"],
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{"job_id":{"type":"string"},"accepted_bytes":{"type":"integer"}},
"required":["job_id","accepted_bytes"]})";

core::Result<std::string> read_keys(const rapidjson::Value& keys) {
  if (keys.IsString()) return core::bytes_of_keys({keys.GetString(), keys.GetStringLength()});
  std::string bytes;
  for (const auto& key : keys.GetArray()) {
    auto one = core::bytes_of_key({key.GetString(), key.GetStringLength()});
    if (!one) return one;
    bytes += *one;
  }
  return bytes;
}

core::Result<core::InputRequest> read_input(const rapidjson::Value& value) {
  const Arguments arguments(value);
  auto job = arguments.id<core::JobId>("job_id");
  if (!job) return core::fail(std::move(job.error()));
  core::InputRequest request;
  request.job_id = std::move(*job);
  request.bytes = arguments.text("text");
  request.eof = arguments.flag("eof", false);
  request.request_key = arguments.text("request_key");
  if (arguments.has("keys")) {
    auto keys = read_keys(value["keys"]);
    if (!keys) return core::fail(std::move(keys.error()));
    request.bytes += *keys;
    request.has_keys = true;
  }
  request.rows = arguments.integer("rows", 0);
  request.cols = arguments.integer("cols", 0);
  if (auto checked = core::check(request); !checked) {
    checked.error().message = "arguments: " + checked.error().message;
    return core::fail(std::move(checked.error()));
  }
  return request;
}

}  // namespace

NativeTool send_input(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "send_input";
  tool.title = "Type into a running command";
  tool.description =
      "Gives text, or keys on a tty, to a running command that was started with open_stdin or tty, "
      "for example to answer its question. get_job shows what it printed then.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.destructive = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            auto request = read_input(value);
            if (!request) return done(core::fail(std::move(request.error())));
            if (request->request_key.empty()) request->request_key = context.caller.link_key;
            core::JsonWriter json;
            json.begin_object()
                .member("job_id", request->job_id)
                .member("accepted_bytes", request->bytes.size())
                .end_object();
            mcp::ToolResult result;
            result.text = fmt::format("accepted {} bytes{}", request->bytes.size(),
                                      request->eof ? " and the end of input" : "");
            result.structured = json.str();
            execution.send_input(
                context.caller, std::move(*request),
                [done = std::move(done), result = std::move(result)](core::Result<void> taken) {
                  done(taken.map([&] { return result; }));
                });
          }};
}

}  // namespace berth::tools
