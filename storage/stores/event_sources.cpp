#include "storage/stores/event_sources.h"

#include "storage/stores/list_query.h"

namespace berth::storage {

core::Result<std::vector<core::EventSourceRecord>> all_event_sources(sqlite::Database& database) {
  return read_all<core::EventSourceRecord>(
      database, select_sql<core::EventSourceRecord>() + " ORDER BY name");
}

}  // namespace berth::storage
