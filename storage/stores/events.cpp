#include "storage/stores/events.h"

#include <algorithm>
#include <string>

#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::EventRecord;

/// As a column, not one that gathers. The second condition, word for word that of the index
/// events_by_topic, lets it be used.
void where_topic(ListQuery& query, std::string topic) {
  const bool indexed = topic != "job";
  query.where("topic = ?", {std::move(topic)});
  if (indexed) query.where("topic <> 'job'");
}

void where_filter_topic(ListQuery& query, const std::string& topic) {
  if (topic == "errors") {
    query.where("severity >= 4");  // likewise, events_errors
  } else if (topic == "progress") {
    query.where("(type = 'job.progress' OR type GLOB 'session.*' OR type GLOB 'queue.*')");
  } else if (!topic.empty()) {
    where_topic(query, topic);
  }
}

}  // namespace

static_assert(static_cast<int>(core::Severity::error) == 4);  // as the SQL here and the index say

core::Result<std::int64_t> find_ingested(sqlite::Database& database, const std::string& source,
                                         const std::string& source_id) {
  sqlite::Statement row = database.statement(
      "SELECT id FROM events WHERE source = ? AND source_id = ? AND source_id <> ''");
  row.bind(source).bind(source_id);
  const auto found = row.step();
  if (!found) return core::fail(found.error());
  return *found ? row.take_integer() : 0;
}

core::Result<core::Page<EventRecord>> list_events(sqlite::Database& database,
                                                  const core::ListFilter& filter) {
  ListQuery query(select_sql<EventRecord>());
  query.where_set("client_id = ?", filter.client_id)
      .where_set("session_id = ?", filter.session_id.str())
      .where_set("job_id = ?", filter.job_id.str())
      .where_set(filter.type.ends_with('*') ? "type GLOB ?" : "type = ?", filter.type);
  // What follows from those, said so that the indexes apply.
  if (!filter.client_id.empty()) query.where("client_id <> ''");
  if (filter.session_id) query.where("session_id <> ''");
  if (filter.job_id) query.where("job_id <> ''");
  if (!filter.type.empty()) where_topic(query, std::string(core::topic_of(filter.type)));
  where_filter_topic(query, filter.topic);

  const bool oldest_first = filter.after_event_id >= 0;
  std::int64_t after = filter.after_event_id;
  if (!filter.cursor.empty()) {
    const auto from = parse_number_cursor(filter.cursor);
    if (!from) return core::fail(from.error());
    after = std::max(after, *from);
    if (!oldest_first) query.where("id < ?", {*from});
  }
  if (oldest_first) query.where("id > ?", {after});
  query.order_by(oldest_first ? "id" : "id DESC");
  return read_page<EventRecord>(database, std::move(query), filter.limit,
                                [](const EventRecord& last) { return std::to_string(last.id); });
}

}  // namespace berth::storage
