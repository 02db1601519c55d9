#pragma once

#include <vector>

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::HostRecord> {
  static constexpr std::string_view kName = "hosts";

  template <class Record, class Visit>
  static void columns(Record& host, Visit&& visit) {
    visit(fixed("id"), host.id);
    visit(changing("session_id"), host.session_id);  // a warm terminal gets its session later
    visit(fixed("shell"), host.shell);
    visit(changing("journal_seq"), host.journal_seq);
    visit(fixed("created_at"), host.created_at);
    visit(changing("ended_at"), host.ended_at);
  }
};

core::Result<void> erase_host(sqlite::Database& database, const core::HostId& id);

/// All that have not ended, oldest first.
core::Result<std::vector<core::HostRecord>> open_hosts(sqlite::Database& database);

}  // namespace berth::storage
