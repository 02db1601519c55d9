#include "api/mcp/header_checks.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "api/http/syntax.h"
#include "service/core/base64.h"
#include "service/core/text.h"
#include "service/mcp/request_meta.h"

namespace berth::api_mcp {
namespace {

bool accepts(std::string_view list, std::string_view type) {
  const std::string_view family = type.substr(0, type.find('/'));
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view range = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    range = http::trim(range.substr(0, range.find(';')));
    if (range == "*/*" || http::equal_ignoring_case(range, type) ||
        http::equal_ignoring_case(range, std::string(family) + "/*")) {
      return true;
    }
  }
  return false;
}

tl::unexpected<mcp::RpcError> mismatch(std::string problem) {
  return mcp::rpc_fail(mcp::kHeaderMismatch, "Header mismatch: " + std::move(problem));
}

mcp::RpcResult<void> check_version(const http::Request& request, const mcp::Message& message) {
  const auto header = sole_header(request, "MCP-Protocol-Version");
  if (!header) return mismatch("MCP-Protocol-Version must be there once");
  const auto named = mcp::named_protocol_version(message);
  if (named && *named != *header) {
    return mismatch(
        fmt::format("MCP-Protocol-Version header value '{}' does not match body value "
                    "'{}'",
                    *header, *named));
  }
  const auto revision = mcp::parse_revision(*header);
  if (!revision || !mcp::is_modern(*revision)) {
    return mcp::rpc_fail(mcp::unsupported_version(*header, mcp::kModernRevisions));
  }
  return {};
}

/// The member that Mcp-Name repeats; empty for methods that have none.
std::string_view name_source(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") {
    return "taskId";  // of the extension for tasks (SEP-2663, Routing Headers)
  }
  return {};
}

}  // namespace

int check_media_types(const http::Request& request) {
  const auto type = request.header("Content-Type");
  const std::string_view essence =
      type ? http::trim(type->substr(0, type->find(';'))) : std::string_view();
  if (!http::equal_ignoring_case(essence, "application/json")) return 415;
  const auto accept = request.header("Accept");
  if (!accept) return 0;
  return accepts(*accept, "application/json") && accepts(*accept, "text/event-stream") ? 0 : 406;
}

bool accepts_event_stream(const http::Request& request) {
  const auto accept = request.header("Accept");
  return !accept || accepts(*accept, "text/event-stream");
}

std::optional<std::string_view> sole_header(const http::Request& request, std::string_view name) {
  std::optional<std::string_view> value;
  for (const auto& [field, text] : *request.message) {
    if (!http::equal_ignoring_case(field, name)) continue;
    if (value) return std::nullopt;
    value = text;
  }
  return value;
}

std::optional<std::string> decode_header_value(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?";
  constexpr std::string_view kSuffix = "?=";
  if (value.size() < kPrefix.size() + kSuffix.size() || !value.starts_with(kPrefix) ||
      !value.ends_with(kSuffix)) {
    return std::string(value);
  }
  value.remove_prefix(kPrefix.size());
  value.remove_suffix(kSuffix.size());
  auto decoded = core::decode_base64(value);
  if (!decoded || !core::is_valid_utf8(*decoded)) return std::nullopt;
  return decoded;
}

mcp::RpcResult<void> check_modern_headers(const http::Request& request,
                                          const mcp::Message& message) {
  if (auto checked = check_version(request, message); !checked) return checked;
  if (message.kind != mcp::MessageKind::request) return {};
  const auto method = sole_header(request, "Mcp-Method");
  if (!method) return mismatch("Mcp-Method must be there once");
  if (*method != message.method) {
    return mismatch(fmt::format("Mcp-Method header value '{}' does not match body value '{}'",
                                *method, message.method));
  }
  const std::string_view source = name_source(message.method);
  if (source.empty()) return {};
  const auto header = sole_header(request, "Mcp-Name");
  if (!header) return mismatch("Mcp-Name must be there once");
  const auto name = decode_header_value(*header);
  if (!name) return mismatch("Mcp-Name is not valid Base64 of UTF-8");
  const auto in_body = message.params ? message.params->string(source) : std::nullopt;
  if (*name != in_body.value_or("")) {
    return mismatch(fmt::format("Mcp-Name header value '{}' does not match body value '{}'", *name,
                                in_body.value_or("")));
  }
  return {};
}

}  // namespace berth::api_mcp
