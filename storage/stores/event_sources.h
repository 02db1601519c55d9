#pragma once

#include <vector>

#include "service/core/event_source.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::EventSourceRecord> {
  static constexpr std::string_view kName = "event_sources";

  template <class Record, class Visit>
  static void columns(Record& source, Visit&& visit) {
    visit(fixed("name"), source.name);
    visit(changing("url"), source.url);
    visit(changing("cursor"), source.cursor);
  }
};

/// All, by name.
core::Result<std::vector<core::EventSourceRecord>> all_event_sources(sqlite::Database& database);

}  // namespace berth::storage
