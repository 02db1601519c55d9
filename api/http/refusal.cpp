#include "api/http/refusal.h"

namespace berth::http {

std::string_view to_string(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::malformed:
      return "malformed";
    case RefusalReason::too_large:
      return "too_large";
    case RefusalReason::unsupported:
      return "unsupported";
    case RefusalReason::host:
      return "host";
    case RefusalReason::origin:
      return "origin";
    case RefusalReason::unauthenticated:
      return "unauthenticated";
    case RefusalReason::forbidden:
      return "forbidden";
    case RefusalReason::no_route:
      return "no_route";
    case RefusalReason::timed_out:
      return "timed_out";
    case RefusalReason::capacity:
      return "capacity";
    case RefusalReason::draining:
      return "draining";
  }
  return "unknown";
}

}  // namespace berth::http
