#include "storage/stores/events.h"

#include <algorithm>
#include <string>

#include "storage/stores/event_rows.h"
#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::EventRecord;

/// Rows looked at for one page: a filter that matches little must not keep a reader, of which there
/// are few, nor hold a snapshot for long. About 0.2 s.
constexpr std::size_t kMaxScanned = 250'000;

EventRecord record_of(const core::EventView& event) {
  return {.id = event.id,
          .time = event.time,
          .type = std::string(event.type),
          .severity = event.severity,
          .source = std::string(event.source),
          .source_id = std::string(event.source_id),
          .client_id = std::string(event.client_id),
          .session_id = core::SessionId::trusted(std::string(event.session_id)),
          .job_id = core::JobId::trusted(std::string(event.job_id)),
          .request_id = core::RequestId::trusted(std::string(event.request_id)),
          .connection_id = core::ConnectionId::trusted(std::string(event.connection_id)),
          .upstream = std::string(event.upstream),
          .correlation_id = core::CorrelationId::trusted(std::string(event.correlation_id)),
          .data = std::string(event.data)};
}

}  // namespace

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
                                                  const core::EventQuery& wanted) {
  const bool oldest_first = wanted.place.after.has_value();
  std::int64_t after = wanted.place.after.value_or(0);
  if (!oldest_first && wanted.place.since) {
    const auto before = last_event_before(database, *wanted.place.since);
    if (!before) return core::fail(before.error());
    after = *before;
  }
  ListQuery query{std::string(kEventColumns)};
  use_index(query, wanted.filter);
  if (!wanted.cursor.empty()) {
    const auto from = parse_number_cursor(wanted.cursor);
    if (!from) return core::fail(from.error());
    if (oldest_first) {
      after = std::max(after, *from);
    } else {
      query.where("id < ?", {*from});
    }
  }
  query.where("id > ?", {after}).order_by(oldest_first ? "id" : "id DESC");

  const std::size_t limit = std::clamp<std::size_t>(wanted.limit, 1, kMaxPageRecords);
  core::Page<EventRecord> page;
  sqlite::Statement rows = database.statement(query.limit(kMaxScanned));
  query.bind_values(rows);
  std::int64_t last_id = 0;
  std::size_t bytes = 0;
  for (std::size_t scanned = 0;; ++scanned) {
    const auto found = rows.step();
    if (!found) return core::fail(found.error());
    if (!*found) {
      if (scanned == kMaxScanned) page.next_cursor = std::to_string(last_id);
      return page;
    }
    const core::EventView event = take_event(rows);
    if (!wanted.filter.matches(event)) {
      last_id = event.id;
      continue;
    }
    if (page.items.size() == limit || bytes > kMaxPageBytes) {
      page.next_cursor = std::to_string(last_id);
      return page;
    }
    last_id = event.id;
    bytes += event.data.size();
    page.items.push_back(record_of(event));
  }
}

}  // namespace berth::storage
