#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http/request.h"
#include "service/mcp/message.h"

namespace berth::api_mcp {

/// What Streamable HTTP (2026-07-28, basic/transports/streamable-http) asks of a POST's header
/// fields beyond what HTTP itself does.

/// 406 or 415 if the request does not take both JSON and an event stream, or does not bring JSON;
/// 0 if all is well. A request without Accept takes anything.
int check_media_types(const http::Request& request);

/// True if the request takes an event stream.
bool accepts_event_stream(const http::Request& request);

/// The modern era: MCP-Protocol-Version, Mcp-Method and Mcp-Name must be there and say what the
/// body says. kHeaderMismatch if not, kUnsupportedProtocolVersion for a version that is not served.
mcp::RpcResult<void> check_modern_headers(const http::Request& request,
                                          const mcp::Message& message);

/// A field that may stand only once; nothing if it is absent or stands more than once.
std::optional<std::string_view> sole_header(const http::Request& request, std::string_view name);

/// Decodes `=?base64?…?=`, the form of values that are not plain ASCII; other text is returned as
/// it is. Nothing if the sentinel holds no Base64 of valid UTF-8.
std::optional<std::string> decode_header_value(std::string_view value);

}  // namespace berth::api_mcp
