#include "api/http/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"

namespace berth::http {

ProblemKind problem_kind(core::ErrorCode code) {
  using core::ErrorCode;
  switch (code) {
    case ErrorCode::invalid_argument:
      return {400, "A value is not valid"};
    case ErrorCode::unauthenticated:
      return {401, "Credentials are missing or wrong"};
    case ErrorCode::permission_denied:
      return {403, "Not allowed"};
    case ErrorCode::not_found:
      return {404, "Not found"};
    case ErrorCode::conflict:
      return {409, "The current state forbids it"};
    case ErrorCode::precondition_failed:
      return {412, "It has been changed meanwhile"};
    case ErrorCode::limit_exceeded:
      return {429, "A limit is reached"};
    case ErrorCode::too_large:
      return {413, "Too large"};
    case ErrorCode::unsupported:
      return {422, "Not offered here"};
    case ErrorCode::cwd_not_accessible:
      return {422, "The directory can't be entered"};
    case ErrorCode::unavailable:
      return {503, "Not available now"};
    case ErrorCode::deadline_exceeded:
      return {504, "The time limit has passed"};
    case ErrorCode::cancelled:
      return {409, "Cancelled"};
    case ErrorCode::terminal_failed:
      return {502, "The terminal failed"};
    case ErrorCode::storage_failed:
      return {500, "The store failed"};
    case ErrorCode::internal:
      return {500, "Internal error"};
  }
  return {500, "Internal error"};
}

Response problem(const core::Error& error, const core::CorrelationId& correlation_id, int status) {
  const ProblemKind kind = problem_kind(error.code);
  if (status == 0) status = kind.status;
  const std::string_view code = core::to_string(error.code);
  core::JsonWriter json;
  json.begin_object()
      .member("type", fmt::format("urn:berth:problem:{}", code))
      .member("title", kind.title)
      .member("status", status)
      .member("detail", core::to_valid_utf8(error.message))
      .member("code", code)
      .member("correlation_id", correlation_id);
  if (!error.field.empty()) json.member("field", core::to_valid_utf8(error.field));
  Headers headers{{"Content-Type", "application/problem+json"}};
  if (error.retry_after) {
    const auto wait = std::max(*error.retry_after, std::chrono::milliseconds(0));
    json.member("retry_after_ms", wait.count());
    // Whole seconds, rounded up: a client that keeps to it must not come too early.
    headers.push_back(
        {"Retry-After", fmt::format("{}", std::chrono::ceil<std::chrono::seconds>(wait).count())});
  }
  json.end_object();
  return {status, std::move(headers), json.str()};
}

Response upgrade_required(const std::string& protocol, std::string how,
                          const core::CorrelationId& correlation_id) {
  const core::Error error{core::ErrorCode::unsupported, std::move(how), {}, {}};
  return problem(error, correlation_id, 426).with("Upgrade", protocol);
}

}  // namespace berth::http
