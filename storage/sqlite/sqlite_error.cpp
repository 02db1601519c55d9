#include "storage/sqlite/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace berth::sqlite {

core::Error last_error(sqlite3* connection, std::string_view doing) {
  core::ErrorCode code = core::ErrorCode::storage_failed;
  switch (sqlite3_errcode(connection)) {
    case SQLITE_CONSTRAINT:
      code = core::ErrorCode::conflict;
      break;
    case SQLITE_INTERRUPT:
      code = core::ErrorCode::unavailable;
      break;
    case SQLITE_TOOBIG:
      code = core::ErrorCode::too_large;
      break;
    default:
      break;
  }
  return {code, fmt::format("{}: {}", doing, sqlite3_errmsg(connection)), {}, std::nullopt};
}

bool suggests_damage(sqlite3* connection) {
  const int status = sqlite3_errcode(connection);
  return status == SQLITE_CORRUPT || status == SQLITE_NOTADB || status == SQLITE_IOERR;
}

}  // namespace berth::sqlite
