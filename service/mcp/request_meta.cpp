#include "service/mcp/request_meta.h"

#include <fmt/format.h>

#include "service/core/json.h"

namespace berth::mcp {
namespace {

constexpr std::string_view kVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kLogLevel = "io.modelcontextprotocol/logLevel";
constexpr std::string_view kClientInfo = "io.modelcontextprotocol/clientInfo";

tl::unexpected<RpcError> bad_meta(std::string_view key, std::string_view rule) {
  return rpc_fail(kInvalidParams, fmt::format("params._meta[\"{}\"] {}", key, rule));
}

RpcResult<Revision> read_revision(const core::JsonObject& meta) {
  const core::JsonMember* version = meta.find(kVersion);
  if (version == nullptr) return bad_meta(kVersion, "is required");
  if (version->kind != core::JsonKind::string) return bad_meta(kVersion, "must be a string");
  const std::string requested = core::decode_json_string(version->raw);
  const auto revision = parse_revision(requested);
  if (!revision || !is_modern(*revision))
    return rpc_fail(unsupported_version(requested, kModernRevisions));
  return *revision;
}

}  // namespace

bool is_modern_request(const Message& message) {
  const auto meta = message.meta();
  return meta && (meta->has(kVersion) || meta->has(kCapabilities));
}

std::optional<std::string> named_protocol_version(const Message& message) {
  const auto meta = message.meta();
  return meta ? meta->string(kVersion) : std::nullopt;
}

RpcResult<RequestMeta> read_request_meta(const Message& message) {
  RequestMeta result;
  const auto meta = message.meta();
  if (!meta) return result;

  if (meta->has(kVersion) || meta->has(kCapabilities)) {
    const auto revision = read_revision(*meta);
    if (!revision) return rpc_fail(revision.error());
    result.revision = *revision;
    const core::JsonMember* capabilities = meta->find(kCapabilities);
    if (capabilities == nullptr) return bad_meta(kCapabilities, "is required");
    if (capabilities->kind != core::JsonKind::object) {
      return bad_meta(kCapabilities, "must be an object");
    }
    result.capabilities = read_client_capabilities(*meta->object(kCapabilities));
    if (const core::JsonMember* level = meta->find(kLogLevel)) {
      if (level->kind == core::JsonKind::string) {
        result.log_level = parse_log_level(core::decode_json_string(level->raw));
      }
      if (!result.log_level) return bad_meta(kLogLevel, "must be a log level such as info");
    }
    if (meta->has(kClientInfo)) {
      const auto info = meta->object(kClientInfo);
      if (!info) return bad_meta(kClientInfo, "must be an object");
      result.client = read_client_info(*info);
    }
  }
  const core::JsonMember* token = meta->find("progressToken");
  if (token != nullptr && token->kind != core::JsonKind::null) {
    if (!MessageId::from(*token))
      return bad_meta("progressToken", "must be a string or an integer");
    result.progress_token = token->raw;
  }
  return result;
}

ClientInfo read_client_info(const core::JsonObject& implementation) {
  return {implementation.string("name").value_or(""),
          implementation.string("version").value_or("")};
}

RpcError unsupported_version(std::string_view requested, std::span<const Revision> supported) {
  core::JsonWriter data;
  data.begin_object().key("supported").begin_array();
  for (const Revision revision : supported) data.value(to_string(revision));
  data.end_array().member("requested", requested).end_object();
  std::string message = "Unsupported protocol version";
  const auto known = parse_revision(requested);
  if (known && !is_modern(*known)) {
    message += fmt::format(": {} is agreed on by initialize, not named in a request", requested);
  }
  return {kUnsupportedProtocolVersion, std::move(message), data.str()};
}

}  // namespace berth::mcp
