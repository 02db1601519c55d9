#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace berth::mcp {

/// Error codes of JSON-RPC 2.0 and of MCP (2026-07-28, basic/index, Error Codes).
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
/// In the handshake revisions; later ones say kInvalidParams.
inline constexpr int kResourceNotFound = -32002;
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingClientCapability = -32021;
inline constexpr int kUnsupportedProtocolVersion = -32022;

/// The error member of a JSON-RPC response.
struct RpcError {
  int code = kInternalError;
  std::string message;
  std::string data;  ///< raw JSON; empty = none
};

template <class T>
using RpcResult = tl::expected<T, RpcError>;

inline tl::unexpected<RpcError> rpc_fail(int code, std::string message, std::string data = {}) {
  return tl::unexpected<RpcError>(RpcError{code, std::move(message), std::move(data)});
}

inline tl::unexpected<RpcError> rpc_fail(RpcError error) {
  return tl::unexpected<RpcError>(std::move(error));
}

}  // namespace berth::mcp
