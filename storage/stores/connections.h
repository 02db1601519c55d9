#pragma once

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::ConnectionRecord> {
  static constexpr std::string_view kName = "connections";

  template <class Record, class Visit>
  static void columns(Record& connection, Visit&& visit) {
    visit(fixed("id"), connection.id);
    visit(fixed("kind"), connection.kind);
    visit(changing("client_id"), connection.client_id);
    visit(changing("principal"), connection.principal);
    visit(changing("scope"), connection.scope);
    visit(fixed("peer"), connection.peer);
    visit(changing("client_name"), connection.client_name);
    visit(changing("client_version"), connection.client_version);
    visit(changing("protocol_version"), connection.protocol_version);
    visit(fixed("opened_at"), connection.opened_at);
    visit(changing("closed_at"), connection.closed_at);
    visit(changing("close_reason"), connection.close_reason);
  }
};

/// Newest first; filters: client, state (`open`, `closed`).
core::Result<core::Page<core::ConnectionRecord>> list_connections(sqlite::Database& database,
                                                                  const core::ListFilter& filter);

/// Closes those that the last run left open.
core::Result<void> close_connections(sqlite::Database& database, core::Timestamp now,
                                     std::string_view reason);

}  // namespace berth::storage
