#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"stream":{"type":"string","enum":["stdout","stderr"],"default":"stdout"},
"offset":{"type":"integer","minimum":0,"maximum":9007199254740991,"description":"From this byte on"},
"tail_lines":{"type":"integer","minimum":1,"maximum":1000000,"description":"The last lines"},
"grep":{"type":"string","minLength":1,"maxLength":1000,"description":"Only lines that match this regular expression in RE2 syntax"},
"limit":{"type":"integer","minimum":1,"maximum":4194304,"default":65536,"description":"At most this many bytes"}},
"required":["job_id"],
"additionalProperties":false})";

constexpr std::string_view kOutput = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"stream":{"type":"string","enum":["stdout","stderr"]},
"offset":{"type":"integer"},
"next_offset":{"type":"integer","description":"Read on from here"},
"total_bytes":{"type":"integer"},
"eof":{"type":"boolean","description":"The job has ended and this is the end"},
"text":{"type":"string"}},
"required":["job_id","stream","offset","next_offset","total_bytes","eof","text"]})";

/// Bytes of a UTF-8 sequence that is cut off at the end, 0 if none is.
std::size_t cut_sequence(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    if (core::continues_character(bytes[bytes.size() - back])) continue;
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

mcp::ToolResult output_result(core::OutputView view, bool by_range) {
  // A character split by the limit belongs to the next page, unless there would be no progress.
  const std::size_t cut = by_range && !view.eof ? cut_sequence(view.bytes) : 0;
  if (cut < view.bytes.size()) {
    view.bytes.resize(view.bytes.size() - cut);
    view.next_offset -= static_cast<std::int64_t>(cut);
  }
  const std::string text = core::to_readable_text(view.bytes);
  const std::string_view stream = core::to_string(view.stream);

  mcp::ToolResult result;
  result.text =
      fmt::format("{} of {}, {}, job {}\n{}", stream, fmt::format("{} bytes", view.total_bytes),
                  view.eof ? "complete" : fmt::format("next offset {}", view.next_offset),
                  view.job_id.str(), text);
  core::JsonWriter json;
  json.begin_object()
      .member("job_id", view.job_id)
      .member("stream", stream)
      .member("offset", view.offset)
      .member("next_offset", view.next_offset)
      .member("total_bytes", view.total_bytes)
      .member("eof", view.eof)
      .member("text", text)
      .end_object();
  result.structured = json.str();
  return result;
}

core::Result<core::OutputRequest> read_request(const Arguments& arguments) {
  auto id = arguments.id<core::JobId>("job_id");
  if (!id) return core::fail(std::move(id.error()));
  const int ways = static_cast<int>(arguments.has("offset")) +
                   static_cast<int>(arguments.has("tail_lines")) +
                   static_cast<int>(arguments.has("grep"));
  if (ways > 1) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "arguments: only one of offset, tail_lines and grep", "arguments");
  }
  core::OutputRequest request;
  request.job_id = std::move(*id);
  request.stream = arguments.text("stream") == "stderr" ? core::OutputStream::standard_error
                                                        : core::OutputStream::standard_output;
  request.offset = arguments.integer("offset");
  request.tail_lines = arguments.integer("tail_lines");
  request.grep = arguments.text("grep");
  request.limit = static_cast<std::size_t>(
      arguments.integer("limit", static_cast<std::int64_t>(request.limit)));
  return request;
}

}  // namespace

NativeTool read_output(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "read_output";
  tool.title = "Read a job's output";
  tool.description =
      "Reads what a job has written, while it runs or afterwards: from a byte offset, the last "
      "lines, or only lines that match. Use it for what a result left out, or to follow a running "
      "job from next_offset.";
  tool.input_schema = kInput;
  tool.output_schema = kOutput;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& arguments,
                                        mcp::ToolDone done) {
            auto request = read_request(Arguments(arguments));
            if (!request) return done(core::fail(std::move(request.error())));
            const bool by_range = !request->tail_lines && request->grep.empty();
            execution.read_output(
                context.caller, std::move(*request), context.cancel,
                [by_range, done = std::move(done)](core::Result<core::OutputView> view) {
                  done(std::move(view).map([&](core::OutputView&& output) {
                    return output_result(std::move(output), by_range);
                  }));
                });
          }};
}

}  // namespace berth::tools
