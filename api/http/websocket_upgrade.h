#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http/request.h"
#include "api/http/response.h"

/// The opening handshake of a WebSocket on the server's side (RFC 6455 section 4.2). Who may come
/// in has been decided before: Host and Origin by the gate, credentials by whoever calls this.
namespace berth::http {

/// What to answer if the request is no opening handshake: 426 if it asks for something else or for
/// another version than 13, 400 if its key is none. Nothing if it is one.
std::optional<Response> refuse_websocket(const Request& request);

/// Whether the client lists this subprotocol, in its exact letters.
bool offers_subprotocol(const Request& request, std::string_view name);

/// The headers of the 101 (Exchange::upgrade). `subprotocol` must have been offered; empty = none.
Headers websocket_headers(const Request& request, const std::string& subprotocol);

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`.
std::string websocket_accept(std::string_view key);

}  // namespace berth::http
