#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/http/response.h"
#include "service/core/error.h"
#include "service/core/ids.h"

namespace berth::http {

/// How the client finds the end of a response's body.
enum class BodyEnd {
  none,     ///< there is no body and no length (1xx, 204, 304)
  length,   ///< Content-Length
  chunked,  ///< chunks, for HTTP/1.1
  close,    ///< the end of the connection, for HTTP/1.0
};

struct ResponseFrame {
  BodyEnd end = BodyEnd::length;
  std::size_t length = 0;
  bool keep_alive = true;
  core::CorrelationId correlation_id;
};

/// internal if a name is not a token, a value could end the line (response splitting), or a field
/// belongs to the front.
core::Result<void> check_headers(const Headers& headers);

/// Status line and fields with the empty line. `headers` must have passed check_headers. Statuses
/// 101 keep the handler's Upgrade field and say `Connection: Upgrade`.
std::string format_head(int status, const Headers& headers, const ResponseFrame& frame);

std::string format_chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// True if a response of this status has no body by definition.
bool is_bodiless(int status);

}  // namespace berth::http
