#include "service/bridge/rpc_message.h"

#include "service/core/json.h"
#include "service/core/json_scan.h"

namespace berth::bridge {
namespace {

bool is_id(const core::JsonMember& member) {
  return member.kind == core::JsonKind::string || member.kind == core::JsonKind::number;
}

/// Tells text that is no JSON at all from JSON that is no JSON-RPC message. `[` begins a batch,
/// which only the revision 2025-03-26 had.
RpcRefusal unreadable(std::string_view json, const core::Error& error) {
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && json[first] == '[') {
    return {kInvalidRequest, "batches are not supported: send one message a line", {}};
  }
  return {kParseError, error.message, {}};
}

}  // namespace

tl::expected<RpcMessage, RpcRefusal> read_message(std::string_view json) {
  const auto object = core::scan_object(json);
  if (!object) return tl::unexpected(unreadable(json, object.error()));
  const core::JsonMember* id = object->find("id");
  const core::JsonMember* method = object->find("method");
  const core::JsonMember* params = object->find("params");
  RpcMessage message;
  if (id != nullptr && is_id(*id)) message.id = id->raw;
  if (params != nullptr && params->kind == core::JsonKind::object) message.params = params->raw;
  message.failed = object->has("error");

  if (method != nullptr) {
    if (method->kind != core::JsonKind::string) {
      return tl::unexpected(RpcRefusal{kInvalidRequest, "method must be a string", message.id});
    }
    message.method = core::decode_json_string(method->raw);
    message.kind = id == nullptr ? RpcKind::notification : RpcKind::request;
  } else if (message.failed || object->has("result")) {
    message.kind = RpcKind::response;
  } else {
    return tl::unexpected(RpcRefusal{kInvalidRequest,
                                     "neither a request nor a response: no method, result or error",
                                     message.id});
  }
  // An error response without a usable id answers nothing; it is still a response.
  if (message.kind == RpcKind::request && message.id.empty()) {
    return tl::unexpected(RpcRefusal{kInvalidRequest, "id must be a string or a number", {}});
  }
  return message;
}

std::string_view member_below(std::string_view object,
                              std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) {
    const auto scanned = core::scan_object(object);
    if (!scanned) return {};
    const core::JsonMember* member = scanned->find(key);
    if (member == nullptr) return {};
    object = member->raw;
  }
  return object;
}

std::string error_response(std::string_view id, int code, std::string_view message) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").raw_member("id", id.empty() ? "null" : id);
  json.key("error").begin_object().member("code", code).member("message", message).end_object();
  return json.end_object().str();
}

std::string cancelled_notification(std::string_view id, std::string_view reason) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").member("method", "notifications/cancelled");
  json.key("params").begin_object().raw_member("requestId", id).member("reason", reason);
  return json.end_object().end_object().str();
}

std::string updated_notification(std::string_view uri, std::string_view subscription_id) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").member("method", "notifications/resources/updated");
  json.key("params").begin_object();
  if (!subscription_id.empty()) {
    json.key("_meta").begin_object();
    json.raw_member("io.modelcontextprotocol/subscriptionId", subscription_id).end_object();
  }
  return json.raw_member("uri", uri).end_object().end_object().str();
}

std::vector<std::string> string_elements(std::string_view array) {
  std::vector<std::string> elements;
  const auto document = core::parse_json(array);
  if (!document || !document->IsArray()) return elements;
  for (const auto& element : document->GetArray()) {
    if (!element.IsString()) continue;
    core::JsonWriter json;
    json.value(std::string_view(element.GetString(), element.GetStringLength()));
    elements.push_back(json.str());
  }
  return elements;
}

}  // namespace berth::bridge
