#pragma once

#include <string_view>

#include "api/http/response.h"
#include "service/core/error.h"
#include "service/core/ids.h"

namespace berth::http {

/// How an error code is told over HTTP. The one table; the OpenAPI document is written from it.
struct ProblemKind {
  int status = 500;
  std::string_view title;
};

ProblemKind problem_kind(core::ErrorCode code);

/// The error as RFC 9457 `application/problem+json`: type title status detail code correlation_id,
/// and `field` and `retry_after_ms` (with a Retry-After header) where the error has them. `status`
/// 0 takes the table's; the front's own refusals are more precise (408, 414, 431, 505).
Response problem(const core::Error& error, const core::CorrelationId& correlation_id,
                 int status = 0);

}  // namespace berth::http
