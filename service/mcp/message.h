#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/mcp/rpc_error.h"

namespace berth::mcp {

/// A JSON-RPC id: a string or an integer, kept apart by its JSON type (`1` is not `"1"`).
struct MessageId {
  std::string raw;  ///< as it came, to be sent back byte for byte
  std::string key;  ///< equal for equal ids, however the string was escaped

  /// Nothing if the member is neither a string nor an integer.
  static std::optional<MessageId> from(const core::JsonMember& member);
  friend bool operator==(const MessageId& a, const MessageId& b) { return a.key == b.key; }
};

enum class MessageKind { request, notification, result, error };

/// One JSON-RPC message. `params` slices the text it was parsed from, which must outlive it.
struct Message {
  MessageKind kind = MessageKind::notification;
  std::optional<MessageId> id;  ///< of requests and responses
  std::string method;           ///< of requests and notifications
  std::optional<core::JsonObject> params;
  std::string_view result;  ///< raw JSON object, of results; sliced like params
  std::string error;        ///< what the message of an error says

  /// `params._meta`; nothing if absent. parse_message has checked that it is an object.
  std::optional<core::JsonObject> meta() const {
    return params ? params->object("_meta") : std::nullopt;
  }
};

/// Why a text is no message, with its id if that could be read.
struct Malformed {
  RpcError error;
  std::optional<MessageId> id;
};

/// Parses exactly one message. kParseError if the text is not JSON (or not strict: see
/// core::scan_object), kInvalidRequest if it is JSON but no JSON-RPC 2.0 message of MCP.
tl::expected<Message, Malformed> parse_message(std::string_view text);

/// True if the text starts as an array, so that it can only be a batch.
bool looks_like_batch(std::string_view text);

/// The elements of a JSON array, sliced. kParseError if it is not JSON.
RpcResult<std::vector<std::string_view>> split_batch(std::string_view text);

/// Each writes one complete message. `id`, `result` and `params` are raw JSON.
std::string encode_result(const MessageId& id, std::string_view result);
/// Without an id if the request's could not be read.
std::string encode_error(const std::optional<MessageId>& id, const RpcError& error);
/// `code`, `message` and `data` as one JSON object.
void write_error(core::JsonWriter& json, const RpcError& error);
std::string encode_request(const MessageId& id, std::string_view method, std::string_view params);
std::string encode_notification(std::string_view method, std::string_view params);

}  // namespace berth::mcp
