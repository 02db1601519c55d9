#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace berth::core {

/// Everything that can go wrong, as a caller tells it apart. The stable text of each (`to_string`)
/// is the `code` of problem documents, control socket errors and tool errors; api/http maps each to
/// a status in one table. Add here first.
enum class ErrorCode {
  invalid_argument,     ///< a value is wrong; `field` names it
  unauthenticated,      ///< no or wrong credentials
  permission_denied,    ///< known, but may not
  not_found,            ///< never was, or not visible to this client
  conflict,             ///< the state forbids it (ended session, finished job)
  precondition_failed,  ///< If-Match did not match
  limit_exceeded,       ///< a configured bound is reached; `retry_after` says when to try again
  too_large,            ///< message, body or value over its limit
  unsupported,          ///< not offered here (method, media type, shell)
  cwd_not_accessible,   ///< the agent identity can't enter the directory
  unavailable,          ///< starting, stopping or reconciling; try again
  deadline_exceeded,    ///< a time limit passed
  cancelled,            ///< whoever asked for it cancelled it
  terminal_failed,      ///< the shell or its host could not be started or died
  storage_failed,       ///< the database refused or is damaged
  internal,             ///< a defect of Berth
};

std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< for people; names the field, file or key
  std::string field;    ///< the argument or configuration key at fault, if one is
  std::optional<std::chrono::milliseconds> retry_after;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string field = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(field), std::nullopt});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace berth::core
