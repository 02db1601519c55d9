#pragma once

#include <string_view>

#include "service/core/error.h"

struct sqlite3;

namespace berth::sqlite {

/// The connection's last failure as an Error: a broken constraint is `conflict`, an interrupted
/// read `unavailable`, a value over SQLite's limit `too_large`, all else `storage_failed`.
core::Error last_error(sqlite3* connection, std::string_view doing);

/// True if that failure says that the file may be damaged: what was read makes no sense, or could
/// not be read or written.
bool suggests_damage(sqlite3* connection);

}  // namespace berth::sqlite
