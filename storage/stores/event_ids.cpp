#include "storage/stores/event_ids.h"

#include <algorithm>

#include "storage/stores/columns.h"

namespace berth::storage {
namespace {

core::Result<void> record(sqlite::Database& database, std::int64_t next_id,
                          core::Timestamp last_time) {
  sqlite::Statement update =
      database.statement("UPDATE event_id_block SET next_id = ?, last_time = max(last_time, ?)");
  bind(update, next_id);
  bind(update, last_time);
  return update.run();
}

}  // namespace

core::Result<EventIds> EventIds::load(sqlite::Database& database) {
  sqlite::Statement row = database.statement(
      "SELECT max(next_id, 1 + coalesce((SELECT max(id) FROM events), 0)), "
      "max(last_time, coalesce((SELECT time FROM events ORDER BY id DESC LIMIT 1), 0)) "
      "FROM event_id_block");
  const auto found = row.step();
  if (!found) return core::fail(found.error());
  if (!*found) {
    return core::fail(core::ErrorCode::storage_failed, "the table event_id_block has no row");
  }
  State state;
  take(row, state.next);
  take(row, state.last_time);
  state.end = state.next;
  return EventIds(state);
}

bool EventIds::needs_block(std::size_t count) const {
  return current_.end - current_.next < static_cast<std::int64_t>(count);
}

core::Result<void> EventIds::reserve(sqlite::Database& database, std::size_t count) {
  current_.end = current_.next + std::max(kBlockSize, static_cast<std::int64_t>(count));
  return record(database, current_.end, current_.last_time);
}

EventIds::Stamp EventIds::next(core::Timestamp now) {
  current_.last_time = std::max(current_.last_time, now);
  return {current_.next++, current_.last_time};
}

core::Result<void> EventIds::close(sqlite::Database& database) {
  if (auto synced = database.set_full_sync(true); !synced) return synced;
  auto recorded = record(database, saved_.next, saved_.last_time);
  if (recorded) current_.end = saved_.end = saved_.next;
  return recorded;
}

}  // namespace berth::storage
