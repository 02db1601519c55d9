#include "api/control/answer_line.h"

#include "service/core/json.h"

namespace berth::control {

std::string answer_line(std::string_view id, std::string_view result) {
  return R"({"id":)" + std::string(id) + R"(,"ok":true,"result":)" + std::string(result) + "}\n";
}

std::string error_line(std::string_view id, const core::Error& error) {
  core::JsonWriter json;
  json.begin_object().member("code", core::to_string(error.code)).member("message", error.message);
  if (!error.field.empty()) json.member("field", error.field);
  json.end_object();
  return R"({"id":)" + std::string(id) + R"(,"ok":false,"error":)" + json.str() + "}\n";
}

}  // namespace berth::control
