#pragma once

#include <cstddef>

#include "service/core/store.h"
#include "storage/sqlite/database.h"

namespace berth::storage {

/// What of the history exceeds what is kept, the oldest of it: at most `limit` records of each
/// kind, and all events.
core::Result<core::HistoryErasure> excess_history(sqlite::Database& database,
                                                  const core::HistoryRetention& keep,
                                                  std::size_t limit);

core::Result<void> erase_history(sqlite::Database& database, const core::HistoryErasure& erasure);

}  // namespace berth::storage
