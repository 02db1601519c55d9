#pragma once

#include <string_view>

#include "service/core/error.h"

struct sqlite3;

namespace berth::sqlite {

/// The connection's last failure as an Error: a broken constraint is `conflict`, an interrupted
/// read `unavailable`, a value over SQLite's limit `too_large`, all else `storage_failed`.
core::Error last_error(sqlite3* connection, std::string_view doing);

}  // namespace berth::sqlite
