#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"
#include "service/tools/request_result.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{"request_id":{"type":"string","description":"From an answer with state queued"}},
"required":["request_id"],
"additionalProperties":false})";

}  // namespace

NativeTool query_position(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "query_position";
  tool.title = "Ask for a place in the queue";
  tool.description =
      "Tells where a request for a terminal stands in the queue and about how long it will wait, "
      "or "
      "that it is ready.";
  tool.input_schema = kInput;
  tool.output_schema = kRequestSchema;
  tool.annotations = {.read_only = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            const auto id = Arguments(value).id<core::RequestId>("request_id");
            if (!id) return done(core::fail(id.error()));
            execution.query_position(context.caller, *id, answer_with_request(std::move(done)));
          }};
}

}  // namespace berth::tools
