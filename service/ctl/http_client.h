#pragma once

#include <chrono>
#include <string>

#include "service/client/discovery.h"
#include "service/core/error.h"

namespace berth::ctl {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// One GET to the service, over its local socket or TCP. Blocks; `limit` is for each step
/// (connecting, each read and write). Errors:
/// not_found if nothing listens there, permission_denied if the socket may not be used, unavailable
/// otherwise; any HTTP status is an answer.
core::Result<HttpAnswer> http_get(const client::Target& target, const std::string& path,
                                  std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace berth::ctl
