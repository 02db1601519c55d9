#include "service/core/error.h"

namespace berth::core {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::precondition_failed:
      return "precondition_failed";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::cwd_not_accessible:
      return "cwd_not_accessible";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::deadline_exceeded:
      return "deadline_exceeded";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::terminal_failed:
      return "terminal_failed";
    case ErrorCode::storage_failed:
      return "storage_failed";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace berth::core
