#pragma once

#include <cstdint>
#include <string_view>

#include "service/core/event_filter.h"
#include "storage/sqlite/database.h"
#include "storage/stores/list_query.h"

namespace berth::storage {

// What lists and those who follow the events have in common where they read them. A reader's
// thread.

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

/// The first column of the only row; 0 if there is none.
core::Result<std::int64_t> one_integer(sqlite::Statement&& row);

/// What take_event() reads.
inline constexpr std::string_view kEventColumns =
    "SELECT id, time, type, severity, source, source_id, client_id, session_id, job_id, "
    "request_id, connection_id, upstream, correlation_id, data FROM events";

/// Of the columns in this order; valid until the next step.
core::EventView take_event(sqlite::Statement& row);

/// Adds what of the filter an index serves; the rest is looked at row by row, by its matches().
void use_index(ListQuery& query, const core::EventFilter& filter);

/// The id of the last event that was recorded before that time; 0 if there is none.
core::Result<std::int64_t> last_event_before(sqlite::Database& database, core::Timestamp time);

}  // namespace berth::storage
