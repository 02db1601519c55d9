#include "storage/stores/event_history.h"

#include <algorithm>
#include <utility>

#include "storage/stores/columns.h"
#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::EventPage;
using core::EventView;

/// Several statements that see the same state. It is left as it was entered: by its destructor.
class Snapshot {
 public:
  explicit Snapshot(sqlite::Database& database)
      : database_(database), begun_(database.statement("BEGIN").run()) {}
  ~Snapshot() {
    if (begun_) static_cast<void>(database_.statement("COMMIT").run());
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const core::Result<void>& begun() const { return begun_; }

 private:
  sqlite::Database& database_;
  core::Result<void> begun_;
};

core::Result<std::int64_t> one_integer(sqlite::Statement row) {
  const auto found = row.step();
  if (!found) return core::fail(found.error());
  return *found ? row.take_integer() : 0;
}

/// Conditions that an index serves; the others are looked at row by row.
void use_index(ListQuery& query, const core::EventFilter& filter) {
  if (filter.job_ids.size() == 1) {
    query.where("job_id = ?", {filter.job_ids.front()}).where("job_id <> ''");
  } else if (filter.session_ids.size() == 1) {
    query.where("session_id = ?", {filter.session_ids.front()}).where("session_id <> ''");
  } else if (!filter.client_id.empty()) {
    query.where("client_id = ?", {filter.client_id}).where("client_id <> ''");
  } else if (filter.topics.size() == 1 && filter.topics.front() == "errors") {
    query.where("severity >= 4");
  } else if (filter.topics.size() == 1 && filter.topics.front() != "job" &&
             filter.topics.front() != "progress") {
    query.where("topic = ?", {filter.topics.front()}).where("topic <> 'job'");
  }
}

/// Of the columns in this order; valid until the next step.
constexpr std::string_view kColumns =
    "SELECT id, time, type, severity, source, source_id, client_id, session_id, job_id, "
    "request_id, connection_id, upstream, correlation_id, data FROM events";

EventView take_event(sqlite::Statement& row) {
  EventView event;
  event.id = row.take_integer();
  event.time = core::Timestamp(core::Milliseconds(row.take_integer()));
  event.type = row.take_view();
  take(row, event.severity);
  event.source = row.take_view();
  event.source_id = row.take_view();
  event.client_id = row.take_view();
  event.session_id = row.take_view();
  event.job_id = row.take_view();
  event.request_id = row.take_view();
  event.connection_id = row.take_view();
  event.upstream = row.take_view();
  event.correlation_id = row.take_view();
  event.data = row.take_view();
  return event;
}

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

  ListQuery query{std::string(kColumns)};
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

/// By halving, since times never fall as ids rise.
core::Result<std::int64_t> find_last_before(sqlite::Database& database, core::Timestamp time) {
  const Snapshot snapshot(database);
  if (!snapshot.begun()) return core::fail(snapshot.begun().error());
  const auto least = one_integer(database.statement("SELECT MIN(id) FROM events"));
  if (!least) return least;
  const auto most = one_integer(database.statement("SELECT MAX(id) FROM events"));
  if (!most) return most;
  std::int64_t before = *least - 1;  // every event up to here is earlier
  std::int64_t from = *most + 1;     // every event from here on is not
  while (before + 1 < from) {
    const std::int64_t middle = before + (from - before) / 2;
    // The ids have gaps: the first event from the middle on decides for all of the gap.
    sqlite::Statement row =
        database.statement("SELECT id, time FROM events WHERE id >= ? ORDER BY id LIMIT 1");
    row.bind(middle);
    const auto found = row.step();
    if (!found) return core::fail(found.error());
    const std::int64_t id = *found ? row.take_integer() : from;
    if (*found && core::Timestamp(core::Milliseconds(row.take_integer())) < time) {
      before = id;
    } else {
      from = middle;
    }
  }
  return std::max<std::int64_t>(before, 0);
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
    done(find_last_before(**database, time));
  });
}

}  // namespace berth::storage
