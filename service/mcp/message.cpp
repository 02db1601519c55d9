#include "service/mcp/message.h"

#include <algorithm>

namespace berth::mcp {
namespace {

bool is_integer(std::string_view raw) {
  if (raw.starts_with('-')) raw.remove_prefix(1);
  return !raw.empty() && std::ranges::all_of(raw, [](char c) { return c >= '0' && c <= '9'; });
}

char first_character(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? '\0' : text[at];
}

tl::unexpected<Malformed> malformed(int code, std::string message,
                                    std::optional<MessageId> id = std::nullopt) {
  return tl::unexpected<Malformed>(Malformed{{code, std::move(message), {}}, std::move(id)});
}

RpcError not_an_object(std::string_view text) {
  if (auto parsed = core::parse_json(text); !parsed) {
    return {kParseError, "Parse error: " + parsed.error().message, {}};
  }
  return {kInvalidRequest, "Invalid request: a message is a JSON object", {}};
}

/// Numbers such as 1.5 are ids in JSON-RPC, not in MCP: whoever sent one waits for an answer to it.
std::optional<MessageId> unusable_id(const core::JsonMember& member) {
  if (member.kind != core::JsonKind::number) return std::nullopt;
  return MessageId{std::string(member.raw), "n" + std::string(member.raw)};
}

/// The rules that depend on which members there are (JSON-RPC 2.0, narrowed by MCP: no null ids,
/// params and result are objects).
tl::expected<Message, Malformed> classify(const core::JsonObject& object) {
  Message message;
  if (const core::JsonMember* id = object.find("id")) {
    message.id = MessageId::from(*id);
    if (!message.id) {
      return malformed(kInvalidRequest, "id must be a string or an integer", unusable_id(*id));
    }
  }
  if (object.string("jsonrpc") != "2.0") {
    return malformed(kInvalidRequest, "jsonrpc must be \"2.0\"", message.id);
  }
  const core::JsonMember* method = object.find("method");
  if (method == nullptr) {
    const bool has_result = object.has("result");
    if (has_result == object.has("error")) {
      return malformed(kInvalidRequest, "a message has a method, a result or an error", message.id);
    }
    if (has_result && !message.id) return malformed(kInvalidRequest, "a result needs an id");
    message.kind = has_result ? MessageKind::result : MessageKind::error;
    const core::JsonMember& outcome = *object.find(has_result ? "result" : "error");
    if (outcome.kind != core::JsonKind::object) {
      return malformed(kInvalidRequest, "a result or an error is an object", message.id);
    }
    if (has_result) {
      message.result = outcome.raw;
    } else if (const auto error = object.object("error")) {
      message.error = error->string("message").value_or("");
    }
    return message;
  }
  if (method->kind != core::JsonKind::string) {
    return malformed(kInvalidRequest, "method must be a string", message.id);
  }
  message.method = core::decode_json_string(method->raw);
  message.kind = message.id ? MessageKind::request : MessageKind::notification;
  if (const core::JsonMember* params = object.find("params")) {
    if (params->kind != core::JsonKind::object) {
      return malformed(kInvalidRequest, "params must be an object", message.id);
    }
    message.params = object.object("params");
    if (!message.params) {
      return malformed(kInvalidParams, "a member of params stands twice", message.id);
    }
    if (message.params->has("_meta") && !message.params->object("_meta")) {
      return malformed(kInvalidParams, "params._meta must be an object without a member twice",
                       message.id);
    }
  }
  return message;
}

}  // namespace

std::optional<MessageId> MessageId::from(const core::JsonMember& member) {
  if (member.kind == core::JsonKind::string) {
    return MessageId{std::string(member.raw), "s" + core::decode_json_string(member.raw)};
  }
  if (member.kind == core::JsonKind::number && is_integer(member.raw)) {
    return MessageId{std::string(member.raw), "n" + std::string(member.raw)};
  }
  return std::nullopt;
}

tl::expected<Message, Malformed> parse_message(std::string_view text) {
  if (first_character(text) != '{') {
    return tl::unexpected<Malformed>(Malformed{not_an_object(text), std::nullopt});
  }
  const auto object = core::scan_object(text);
  if (!object) return malformed(kParseError, "Parse error: " + object.error().message);
  return classify(*object);
}

bool looks_like_batch(std::string_view text) {
  return first_character(text) == '[';
}

RpcResult<std::vector<std::string_view>> split_batch(std::string_view text) {
  auto elements = core::scan_array(text);
  if (!elements) return rpc_fail(kParseError, "Parse error: " + elements.error().message);
  return *std::move(elements);
}

std::string encode_result(const MessageId& id, std::string_view result) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").raw_member("id", id.raw);
  json.raw_member("result", result).end_object();
  return json.str();
}

std::string encode_error(const std::optional<MessageId>& id, const RpcError& error) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0");
  if (id) json.raw_member("id", id->raw);
  json.key("error");
  write_error(json, error);
  json.end_object();
  return json.str();
}

void write_error(core::JsonWriter& json, const RpcError& error) {
  json.begin_object().member("code", error.code).member("message", error.message);
  if (!error.data.empty()) json.raw_member("data", error.data);
  json.end_object();
}

std::string encode_request(const MessageId& id, std::string_view method, std::string_view params) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").raw_member("id", id.raw).member("method", method);
  json.raw_member("params", params).end_object();
  return json.str();
}

std::string encode_notification(std::string_view method, std::string_view params) {
  core::JsonWriter json;
  json.begin_object().member("jsonrpc", "2.0").member("method", method);
  json.raw_member("params", params).end_object();
  return json.str();
}

}  // namespace berth::mcp
