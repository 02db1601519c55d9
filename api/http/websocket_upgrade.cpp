#include "api/http/websocket_upgrade.h"

#include <Poco/SHA1Engine.h>

#include "api/http/problem.h"
#include "api/http/syntax.h"
#include "service/core/base64.h"

namespace berth::http {
namespace {

constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyBytes = 16;

bool is_key(std::string_view text) {
  const auto bytes = core::decode_base64(text);
  return bytes && bytes->size() == kKeyBytes;
}

}  // namespace

std::optional<Response> refuse_websocket(const Request& request) {
  const core::CorrelationId& correlation_id = request.caller.correlation_id;
  if (!request.wants_upgrade("websocket")) {
    return upgrade_required("websocket",
                            "This is for WebSockets: Connection: Upgrade, Upgrade: websocket",
                            correlation_id);
  }
  if (request.header("Sec-WebSocket-Version") != kVersion) {
    return upgrade_required("websocket", "Sec-WebSocket-Version must be 13", correlation_id)
        .with("Sec-WebSocket-Version", std::string(kVersion));
  }
  if (!is_key(request.header("Sec-WebSocket-Key").value_or(""))) {
    return problem({core::ErrorCode::invalid_argument,
                    "Sec-WebSocket-Key must be 16 bytes in Base64",
                    "Sec-WebSocket-Key",
                    {}},
                   correlation_id);
  }
  return std::nullopt;
}

bool offers_subprotocol(const Request& request, std::string_view name) {
  for (const auto& [field, list] : *request.message) {
    if (!equal_ignoring_case(field, "Sec-WebSocket-Protocol")) continue;
    for (std::string_view left = list; !left.empty();) {
      const std::size_t comma = left.find(',');
      if (trim(left.substr(0, comma)) == name) return true;
      left.remove_prefix(comma == std::string_view::npos ? left.size() : comma + 1);
    }
  }
  return false;
}

Headers websocket_headers(const Request& request, const std::string& subprotocol) {
  Headers headers{
      {"Upgrade", "websocket"},
      {"Sec-WebSocket-Accept", websocket_accept(request.header("Sec-WebSocket-Key").value_or(""))}};
  if (!subprotocol.empty()) headers.push_back({"Sec-WebSocket-Protocol", subprotocol});
  return headers;
}

std::string websocket_accept(std::string_view key) {
  constexpr std::string_view kProtocolId = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  Poco::SHA1Engine engine;
  engine.update(key.data(), key.size());
  engine.update(kProtocolId.data(), kProtocolId.size());
  const Poco::DigestEngine::Digest& digest = engine.digest();
  return core::encode_base64(std::string(digest.begin(), digest.end()));
}

}  // namespace berth::http
