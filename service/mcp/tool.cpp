#include "service/mcp/tool.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::mcp {

ToolResult error_result(const core::Error& error) {
  // Messages may quote paths and shell output.
  const std::string message = core::to_valid_utf8(error.message);
  core::JsonWriter json;
  json.begin_object().member("code", core::to_string(error.code)).member("message", message);
  if (!error.field.empty()) json.member("field", core::to_valid_utf8(error.field));
  if (error.retry_after) json.member("retry_after_ms", error.retry_after->count());
  json.end_object();

  ToolResult result;
  result.text = fmt::format("error ({}): {}", core::to_string(error.code), message);
  if (error.retry_after) {
    result.text += fmt::format("\nTry again in {} ms.", error.retry_after->count());
  }
  result.is_error = true;
  result.error = json.str();
  return result;
}

}  // namespace berth::mcp
