#include "api/http/response_writer.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "api/http/syntax.h"

namespace berth::http {
namespace {

using Poco::Net::HTTPResponse;

constexpr auto kOwnFields = std::to_array<std::string_view>(
    {"Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive", "Trailer", "Date", "Server",
     "X-Content-Type-Options", "Berth-Correlation-Id"});

}  // namespace

core::Result<void> check_headers(const Headers& headers) {
  for (const HeaderField& header : headers) {
    const bool own = std::ranges::any_of(kOwnFields, [&](std::string_view field) {
      return equal_ignoring_case(field, header.name);
    });
    if (own || !is_token(header.name) || !is_field_value(header.value)) {
      return core::fail(core::ErrorCode::internal,
                        "A handler set a response header that is not allowed");
    }
  }
  return {};
}

std::string format_head(int status, const Headers& headers, const ResponseFrame& frame) {
  const auto code = static_cast<HTTPResponse::HTTPStatus>(status);
  HTTPResponse response(Poco::Net::HTTPMessage::HTTP_1_1, code,
                        HTTPResponse::getReasonForStatus(code));
  response.setDate(Poco::Timestamp());
  response.add("Server", "Berth");
  if (status == 101) {
    response.add("Connection", "Upgrade");
  } else if (!frame.keep_alive) {
    response.add("Connection", "close");
  } else {
    response.add("Connection", "keep-alive");
  }
  if (frame.end == BodyEnd::length) {
    response.add("Content-Length", fmt::format("{}", frame.length));
  } else if (frame.end == BodyEnd::chunked) {
    response.add("Transfer-Encoding", "chunked");
  }
  for (const auto& [name, value] : headers) response.add(name, value);
  response.add("X-Content-Type-Options", "nosniff");
  // Answers hold what agents do; a page's own assets may say otherwise.
  if (!response.has("Cache-Control")) response.add("Cache-Control", "no-store");
  response.add("Berth-Correlation-Id", frame.correlation_id.str());
  std::ostringstream out;
  response.write(out);
  return std::move(out).str();
}

std::string format_chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

bool is_bodiless(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace berth::http
