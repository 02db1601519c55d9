#include "service/tools/arguments.h"
#include "service/tools/native_tool.h"
#include "service/tools/request_result.h"

namespace berth::tools {
namespace {

constexpr std::string_view kInput = R"({
"type":"object",
"properties":{
"request_id":{"type":"string"},
"sync":{"type":"boolean","description":"true: served before those that will collect the result later"}},
"required":["request_id","sync"],
"additionalProperties":false})";

}  // namespace

NativeTool change_request_type(core::Execution& execution) {
  mcp::Tool tool;
  tool.name = "change_request_type";
  tool.title = "Change how urgent a request is";
  tool.description =
      "Makes a waiting request sync (served before all async ones, in the order of arrival) or "
      "async "
      "(its result is collected later).";
  tool.input_schema = kInput;
  tool.output_schema = kRequestSchema;
  tool.annotations = {.destructive = false, .idempotent = true, .open_world = false};
  return {std::move(tool), [&execution](mcp::CallContext context, const rapidjson::Value& value,
                                        mcp::ToolDone done) {
            const Arguments arguments(value);
            const auto id = arguments.id<core::RequestId>("request_id");
            if (!id) return done(core::fail(id.error()));
            execution.change_request_type(context.caller, *id, arguments.flag("sync", true),
                                          answer_with_request(std::move(done)));
          }};
}

}  // namespace berth::tools
