#include "api/mcp/parameter_headers.h"

#include <fmt/format.h>

#include <charconv>

#include "api/mcp/header_checks.h"
#include "service/core/json.h"

namespace berth::api_mcp {
namespace {

tl::unexpected<mcp::RpcError> mismatch(std::string_view header, std::string_view problem) {
  return mcp::rpc_fail(mcp::kHeaderMismatch,
                       fmt::format("Header mismatch: {} {}", header, problem));
}

/// What the arguments hold at the path; null if nothing or null.
const rapidjson::Value* find(const rapidjson::Value& arguments,
                             const std::vector<std::string>& path) {
  const rapidjson::Value* value = &arguments;
  for (const std::string& name : path) {
    if (!value->IsObject()) return nullptr;
    const auto member = value->FindMember(name.c_str());
    if (member == value->MemberEnd()) return nullptr;
    value = &member->value;
  }
  return value->IsNull() ? nullptr : value;
}

bool says_the_same(const rapidjson::Value& value, const std::string& text) {
  if (value.IsString()) return text == std::string_view(value.GetString(), value.GetStringLength());
  if (value.IsBool()) return text == (value.GetBool() ? "true" : "false");
  if (!value.IsNumber()) return false;
  double number = 0;  // 42.0 is 42, and what JavaScript holds fits
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number == value.GetDouble();
}

mcp::RpcResult<void> check(const http::Request& request, const mcp::MirroredParameter& parameter,
                           const rapidjson::Value& arguments) {
  const rapidjson::Value* value = find(arguments, parameter.path);
  if (value == nullptr) {
    if (!request.header(parameter.header)) return {};
    return mismatch(parameter.header, "is there, but its argument is not");
  }
  const auto header = sole_header(request, parameter.header);
  if (!header) return mismatch(parameter.header, "must be there once");
  const auto text = decode_header_value(*header);
  if (!text) return mismatch(parameter.header, "is not valid Base64 of UTF-8");
  if (!says_the_same(*value, *text)) {
    return mismatch(parameter.header, "does not match its argument");
  }
  return {};
}

}  // namespace

mcp::RpcResult<void> check_parameter_headers(const http::Request& request,
                                             const mcp::Message& message,
                                             const mcp::ToolSet& tools) {
  if (message.method != "tools/call" || !message.params) return {};
  const auto name = message.params->string("name");
  const mcp::ToolSet::Entry* tool = name ? tools.find(*name) : nullptr;
  if (tool == nullptr || tool->mirrored.empty()) return {};
  const core::JsonMember* raw = message.params->find("arguments");
  const auto arguments = core::parse_json(raw == nullptr ? "{}" : raw->raw);
  if (!arguments) return {};  // refused by who reads them
  for (const mcp::MirroredParameter& parameter : tool->mirrored) {
    if (auto checked = check(request, parameter, *arguments); !checked) return checked;
  }
  return {};
}

}  // namespace berth::api_mcp
