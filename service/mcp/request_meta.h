#pragma once

#include <optional>
#include <span>
#include <string>

#include "service/mcp/client_capabilities.h"
#include "service/mcp/log_level.h"
#include "service/mcp/message.h"
#include "service/mcp/revision.h"

namespace berth::mcp {

/// The client software as it names itself; for display only, never for decisions.
struct ClientInfo {
  std::string name;
  std::string version;
};

/// What a request's `params._meta` says, checked (2026-07-28, basic/index, _meta).
struct RequestMeta {
  std::optional<Revision> revision;  ///< only if the request is modern
  std::optional<ClientInfo> client;
  ClientCapabilities capabilities;    ///< of a modern request
  std::optional<LogLevel> log_level;  ///< of a modern request that wants to be told
  std::string progress_token;         ///< raw JSON; empty = no progress wanted
};

/// True if `_meta` has a per-request protocol field: the request is to be served statelessly.
bool is_modern_request(const Message& message);

/// The version a modern request names, without judging it; nothing if it names none.
std::optional<std::string> named_protocol_version(const Message& message);

/// kInvalidParams for a missing or malformed field, kUnsupportedProtocolVersion (with
/// data.supported and data.requested) for a version that is not served per request.
RpcResult<RequestMeta> read_request_meta(const Message& message);

/// `name` and `version` of a raw Implementation object; empty strings where they are missing.
ClientInfo read_client_info(const core::JsonObject& implementation);

/// `supported`: what the client may name instead in the form in which it asked. The specification
/// has it retry with one of them, without changing the form (2026-07-28, basic/versioning and
/// transports/stdio: "Do not fall back to initialize").
RpcError unsupported_version(std::string_view requested, std::span<const Revision> supported);

}  // namespace berth::mcp
