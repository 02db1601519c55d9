#pragma once

#include "storage/sqlite/database.h"

namespace berth::sqlite {

/// Gives space of a database with `auto_vacuum = INCREMENTAL` back to the file system, once a
/// quarter of its file (and at least a megabyte) is free: what grows again soon need not go. One
/// small step; true if there is more to do. Outside of transactions.
core::Result<bool> give_space_back(Database& database);

}  // namespace berth::sqlite
