#pragma once

#include <string>
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

/// 426: this path is for those who go on with `protocol`; `how` says to people what they send.
Response upgrade_required(const std::string& protocol, std::string how,
                          const core::CorrelationId& correlation_id);

}  // namespace berth::http
