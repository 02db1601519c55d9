#include "service/mcp/outgoing.h"

#include <utility>

namespace berth::mcp {

Outgoing notification(std::string text) {
  return {Outgoing::Kind::notification, std::move(text)};
}

Outgoing response(const MessageId& id, const RpcResult<std::string>& result) {
  if (result) return {Outgoing::Kind::response, encode_result(id, *result)};
  return {Outgoing::Kind::response, encode_error(id, result.error()), result.error().code};
}

Outgoing refusal(const std::optional<MessageId>& id, const RpcError& error) {
  return {Outgoing::Kind::response, encode_error(id, error), error.code, true};
}

}  // namespace berth::mcp
