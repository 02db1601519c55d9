#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/mcp/message.h"

namespace berth::mcp {

/// Something to be sent to the client because of one message it sent.
struct Outgoing {
  enum class Kind {
    notification,  ///< or a request to the client; goes before the response
    response,      ///< a result or an error; the last
    nothing,       ///< no response will come: it was a notification, or it was cancelled; the last
  };
  Kind kind = Kind::nothing;
  std::string text{};  ///< one message in one line; of a batch, an array
  int error_code = 0;  ///< of an error response
  /// The message itself was refused; its method was not reached. HTTP says so in the status.
  bool refused = false;
  /// Says nothing new while an equal one has not reached the client: one of them is enough.
  bool idempotent = false;
};

/// Takes everything that one message leads to, in order; core loop. It may destroy the peer.
using Reply = std::function<void(Outgoing)>;

/// A whole message that goes before the response.
Outgoing notification(std::string text);
/// What a method came to: a raw JSON result, or an error.
Outgoing response(const MessageId& id, const RpcResult<std::string>& result);
/// The reply to a message that is none, or not allowed.
Outgoing refusal(const std::optional<MessageId>& id, const RpcError& error);

}  // namespace berth::mcp
