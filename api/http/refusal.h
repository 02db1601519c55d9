#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "api/http/response.h"
#include "service/core/error.h"

namespace berth::http {

/// Why the front itself turned a request away, as the statistics count it.
enum class RefusalReason : std::uint8_t {
  malformed,        ///< not HTTP as RFC 9112 has it
  too_large,        ///< head, target or body over its limit
  unsupported,      ///< version, method, transfer coding or expectation
  host,             ///< Host names another server
  origin,           ///< a web page of another origin
  unauthenticated,  ///< no or wrong credentials
  forbidden,        ///< known, but not for this route
  no_route,         ///< unknown path, or a method that it does not have
  timed_out,        ///< too slow
  capacity,         ///< too many connections
  draining,         ///< the service stops
};
inline constexpr std::size_t kRefusalReasons = 11;

std::string_view to_string(RefusalReason reason);

/// A request that the front answers itself, before any handler has seen it.
struct Refusal {
  RefusalReason reason = RefusalReason::malformed;
  int status = 400;
  core::Error error;
  Headers headers{};
};

template <class T>
using Accepted = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(RefusalReason reason, int status, core::ErrorCode code,
                                      std::string message, Headers headers = {}) {
  return tl::unexpected<Refusal>(Refusal{
      reason, status, core::Error{code, std::move(message), {}, std::nullopt}, std::move(headers)});
}

inline tl::unexpected<Refusal> refuse_malformed(std::string message) {
  return refuse(RefusalReason::malformed, 400, core::ErrorCode::invalid_argument,
                std::move(message));
}

}  // namespace berth::http
