#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"

/// The little of JSON-RPC 2.0 that a forwarder needs: which message answers which. Everything else
/// in a message is the service's business and passes byte for byte.
namespace berth::bridge {

enum class RpcKind { request, notification, response };

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kInternalError = -32603;

/// Slices of one message; the text it was read from must outlive it.
struct RpcMessage {
  RpcKind kind = RpcKind::request;
  std::string_view id;      ///< raw JSON, so 1 and "1" differ; of requests and responses
  std::string method;       ///< of requests and notifications
  std::string_view params;  ///< raw JSON object, or empty
  bool failed = false;      ///< a response that carries an error
};

struct RpcRefusal {
  int code = kInvalidRequest;
  std::string message;
  std::string_view id;  ///< raw JSON, empty if the message has no usable one
};

/// Validates `json` as one JSON object and tells what it is.
tl::expected<RpcMessage, RpcRefusal> read_message(std::string_view json);

/// Raw JSON of a member below `params`: `member_below(params, {"_meta", "id"})`. Empty if absent.
std::string_view member_below(std::string_view object,
                              std::initializer_list<std::string_view> path);

/// An error response; `id` is raw JSON, empty = null.
std::string error_response(std::string_view id, int code, std::string_view message);

/// A `notifications/cancelled` for the request of that id (raw JSON).
std::string cancelled_notification(std::string_view id, std::string_view reason);

/// A `notifications/resources/updated`; `uri` and `subscription_id` are raw JSON, an empty id =
/// none.
std::string updated_notification(std::string_view uri, std::string_view subscription_id);

/// The strings in a JSON array, each as raw JSON. Empty if it is no array.
std::vector<std::string> string_elements(std::string_view array);

}  // namespace berth::bridge
