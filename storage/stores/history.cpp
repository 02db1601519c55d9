#include "storage/stores/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "storage/stores/columns.h"
#include "storage/stores/event_rows.h"

namespace berth::storage {
namespace {

/// A table whose records begin and end, with an index on the beginning.
struct Kind {
  std::string_view table;
  std::string_view began;
  std::string_view ended;
};

constexpr Kind kConnections{"connections", "opened_at", "closed_at"};
constexpr Kind kSessions{"sessions", "created_at", "ended_at"};
constexpr Kind kRequests{"requests", "arrived_at", "ended_at"};

/// Those that have ended before `since`, or are not among the newest `count`.
template <class Id>
core::Result<void> find_excess(sqlite::Database& database, const Kind& kind,
                               const core::HistoryRetention& keep, std::size_t limit,
                               std::vector<Id>& ids) {
  sqlite::Statement newest = database.statement(
      fmt::format("SELECT {1}, id FROM {0} ORDER BY {1} DESC, id DESC LIMIT 1 OFFSET ?", kind.table,
                  kind.began));
  bind(newest, keep.count);
  const auto crowded = newest.step();
  if (!crowded) return core::fail(crowded.error());
  const std::int64_t since = keep.since.time_since_epoch().count();
  std::int64_t crowded_out = -1;  // it and those before
  std::string crowded_out_id;
  if (*crowded) {
    crowded_out = newest.take_integer();
    crowded_out_id = newest.take_text();
  }

  sqlite::Statement rows = database.statement(fmt::format(
      "SELECT id FROM {0} WHERE {1} <= ? AND {2} IS NOT NULL AND ({2} < ? OR ({1}, id) <= (?, ?)) "
      "ORDER BY {1}, id LIMIT ?",
      kind.table, kind.began, kind.ended));
  bind(rows, std::max(since, crowded_out));
  bind(rows, since);
  bind(rows, crowded_out);
  rows.bind(crowded_out_id);
  bind(rows, static_cast<std::int64_t>(limit));
  for (;;) {
    const auto found = rows.step();
    if (!found) return core::fail(found.error());
    if (!*found) return {};
    ids.push_back(Id::trusted(rows.take_text()));
  }
}

/// Ids rise with time, so that what exceeds is all up to one of them. To find that one looks at all
/// that are kept: not for every step in which they are taken away.
core::Result<void> find_excess_events(sqlite::Database& database,
                                      const core::HistoryRetention& keep,
                                      core::HistoryErasure& found) {
  const auto oldest = one_integer(database.statement("SELECT MIN(id) FROM events"));
  if (!oldest) return core::fail(oldest.error());
  const auto newest = one_integer(database.statement("SELECT MAX(id) FROM events"));
  if (!newest) return core::fail(newest.error());
  const auto old = last_event_before(database, keep.since);
  if (!old) return core::fail(old.error());
  std::int64_t up_to = *old;
  if (*newest - *oldest >= keep.count) {  // else there are not so many
    sqlite::Statement crowded_out =
        database.statement("SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?");
    bind(crowded_out, keep.count);
    const auto id = one_integer(std::move(crowded_out));
    if (!id) return core::fail(id.error());
    up_to = std::max(up_to, *id);
  }
  if (*oldest == 0 || up_to < *oldest) return {};
  found.events_from = *oldest;
  found.events_up_to = up_to;
  return {};
}

template <class Id>
core::Result<void> erase(sqlite::Database& database, const Kind& kind, const std::vector<Id>& ids) {
  for (const Id& id : ids) {
    sqlite::Statement statement =
        database.statement(fmt::format("DELETE FROM {} WHERE id = ?", kind.table));
    bind(statement, id.str());
    if (auto erased = statement.run(); !erased) return erased;
  }
  return {};
}

}  // namespace

core::Result<core::HistoryErasure> excess_history(sqlite::Database& database,
                                                  const core::HistoryRetention& keep,
                                                  std::size_t limit) {
  core::HistoryErasure found;
  auto read = find_excess(database, kConnections, keep, limit, found.connections);
  if (read) read = find_excess(database, kSessions, keep, limit, found.sessions);
  if (read) read = find_excess(database, kRequests, keep, limit, found.requests);
  found.more = found.connections.size() == limit || found.sessions.size() == limit ||
               found.requests.size() == limit;
  if (read) read = find_excess_events(database, keep, found);
  if (!read) return core::fail(read.error());
  return found;
}

core::Result<void> erase_history(sqlite::Database& database, const core::HistoryErasure& erasure) {
  auto done = erase(database, kConnections, erasure.connections);
  if (done) done = erase(database, kSessions, erasure.sessions);
  if (done) done = erase(database, kRequests, erasure.requests);
  if (!done || erasure.events_up_to == 0) return done;
  sqlite::Statement events = database.statement("DELETE FROM events WHERE id <= ?");
  bind(events, erasure.events_up_to);
  if (auto erased = events.run(); !erased) return erased;
  sqlite::Statement removed =
      database.statement("UPDATE event_id_block SET removed_to = MAX(removed_to, ?)");
  bind(removed, erasure.events_up_to);
  return removed.run();
}

}  // namespace berth::storage
