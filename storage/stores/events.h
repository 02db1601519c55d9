#pragma once

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

/// Events are never changed: every column is fixed.
template <>
struct Table<core::EventRecord> {
  static constexpr std::string_view kName = "events";

  template <class Record, class Visit>
  static void columns(Record& event, Visit&& visit) {
    visit(fixed("id"), event.id);
    visit(fixed("time"), event.time);
    visit(fixed("type"), event.type);
    visit(fixed("topic"), TopicOf{event.type});
    visit(fixed("severity"), event.severity);
    visit(fixed("source"), event.source);
    visit(fixed("source_id"), event.source_id);
    visit(fixed("client_id"), event.client_id);
    visit(fixed("session_id"), event.session_id);
    visit(fixed("job_id"), event.job_id);
    visit(fixed("request_id"), event.request_id);
    visit(fixed("connection_id"), event.connection_id);
    visit(fixed("upstream"), event.upstream);
    visit(fixed("correlation_id"), event.correlation_id);
    visit(fixed("data"), event.data);
  }
};

/// The id under which an event of that source and id there is stored; 0 if it is not.
core::Result<std::int64_t> find_ingested(sqlite::Database& database, const std::string& source,
                                         const std::string& source_id);

core::Result<core::Page<core::EventRecord>> list_events(sqlite::Database& database,
                                                        const core::EventQuery& wanted);

}  // namespace berth::storage
