#include "storage/stores/event_history.h"

#include <algorithm>
#include <utility>

#include "storage/stores/event_rows.h"
#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::EventPage;
using core::EventView;

core::Result<EventPage> read_page(sqlite::Database& database, std::int64_t after,
                                  const core::EventFilter& filter, core::EventFormat format,
                                  std::size_t max_bytes, std::int64_t last_committed) {
  const Snapshot snapshot(database);
  if (!snapshot.begun()) return core::fail(snapshot.begun().error());
  EventPage page;
  const auto removed = one_integer(database.statement("SELECT removed_to FROM event_id_block"));
  if (!removed) return core::fail(removed.error());
  page.removed_to = *removed;
  const auto last = one_integer(database.statement("SELECT MAX(id) FROM events"));
  if (!last) return core::fail(last.error());
  const auto oldest = one_integer(database.statement("SELECT MIN(id) FROM events"));
  if (!oldest) return core::fail(oldest.error());
  page.oldest_id = *oldest;
  // Ids may have been given to nothing, or to what is removed: there is no row to tell it by.
  page.scanned_to = std::max({after, *last, last_committed});

  ListQuery query{std::string(kEventColumns)};
  use_index(query, filter);
  query.where("id > ?", {after}).order_by("id");
  sqlite::Statement rows = database.statement(query.limit(StoredEventHistory::kMaxScanned));
  query.bind_values(rows);
  page.events.text.reserve(max_bytes + (max_bytes >> 2U));
  std::size_t scanned = 0;
  for (;;) {
    const auto found = rows.step();
    if (!found) return core::fail(found.error());
    if (!*found) break;
    const EventView event = take_event(rows);
    ++scanned;
    if (filter.matches(event)) page.events.add(event, format);
    if (scanned == StoredEventHistory::kMaxScanned || page.events.text.size() >= max_bytes) {
      page.scanned_to = event.id;
      page.more = event.id < *last;
      break;
    }
  }
  return page;
}

}  // namespace

void StoredEventHistory::read(std::int64_t after, core::EventFilter filter,
                              core::EventFormat format, std::size_t max_bytes,
                              Done<EventPage> done) {
  readers_.submit([=, &writer = writer_, filter = std::move(filter),
                   done = std::move(done)](core::Result<sqlite::Database*> database) {
    if (!database) return done(core::fail(database.error()));
    // Before the snapshot, which so has everything up to it.
    const std::int64_t last_committed = writer.last_event_id();
    done(read_page(**database, after, filter, format, max_bytes, last_committed));
  });
}

void StoredEventHistory::last_before(core::Timestamp time, Done<std::int64_t> done) {
  readers_.submit([time, done = std::move(done)](core::Result<sqlite::Database*> database) {
    if (!database) return done(core::fail(database.error()));
    done(last_event_before(**database, time));
  });
}

}  // namespace berth::storage
