#include "storage/stores/event_rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "storage/stores/columns.h"

namespace berth::storage {

static_assert(static_cast<int>(core::Severity::error) == 4);  // as the SQL here and the index say

core::Result<std::int64_t> one_integer(sqlite::Statement&& row) {
  const auto found = row.step();
  if (!found) return core::fail(found.error());
  return *found ? row.take_integer() : 0;
}

core::EventView take_event(sqlite::Statement& row) {
  core::EventView event;
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

namespace {

/// The topic that all of it belongs to; empty if there is none, or it gathers others.
std::string_view only_topic(const core::EventFilter& filter) {
  if (filter.types.size() == 1) return core::topic_of(filter.types.front());
  if (filter.topics.size() != 1 || filter.topics.front() == "progress") return {};
  return filter.topics.front();
}

bool has_errors_only(const core::EventFilter& filter) {
  return filter.least_severity >= core::Severity::error ||
         (filter.topics.size() == 1 && filter.topics.front() == "errors");
}

}  // namespace

// The second conditions are word for word those of the partial indexes, so that they apply.
void use_index(ListQuery& query, const core::EventFilter& filter) {
  if (filter.job_ids.size() == 1) {
    query.where("job_id = ?", {filter.job_ids.front()}).where("job_id <> ''");
  } else if (filter.session_ids.size() == 1) {
    query.where("session_id = ?", {filter.session_ids.front()}).where("session_id <> ''");
  } else if (has_errors_only(filter)) {
    query.where("severity >= 4");
  } else if (!filter.client_id.empty()) {
    query.where("client_id = ?", {filter.client_id}).where("client_id <> ''");
  } else if (const auto topic = only_topic(filter); !topic.empty() && topic != "job") {
    query.where("topic = ?", {std::string(topic)}).where("topic <> 'job'");
  }
}

/// By halving, since times never fall as ids rise.
core::Result<std::int64_t> last_event_before(sqlite::Database& database, core::Timestamp time) {
  const Snapshot snapshot(database);
  if (!snapshot.begun()) return core::fail(snapshot.begun().error());
  const auto least = one_integer(database.statement("SELECT MIN(id) FROM events"));
  if (!least) return least;
  const auto most = one_integer(database.statement("SELECT MAX(id) FROM events"));
  if (!most) return most;
  std::int64_t before = *least - 1;  // every event up to here is earlier, or not kept
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
  // Who begins with the oldest that is kept may have missed what was removed before it.
  return before < *least ? 0 : before;
}

}  // namespace berth::storage
