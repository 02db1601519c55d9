#pragma once

#include <vector>

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::SessionRecord> {
  static constexpr std::string_view kName = "sessions";

  template <class Record, class Visit>
  static void columns(Record& session, Visit&& visit) {
    visit(fixed("id"), session.id);
    visit(changing("host_id"), session.host_id);
    visit(changing("client_id"), session.client_id);  // another of its principal may claim it
    visit(fixed("principal"), session.principal);
    visit(changing("name"), session.name);
    visit(fixed("shell"), session.shell);
    visit(changing("cwd"), session.cwd);
    visit(fixed("tty"), session.tty);
    visit(changing("tty_rows"), session.rows);
    visit(changing("tty_cols"), session.cols);
    visit(fixed("request_key"), session.request_key);
    visit(fixed("link_key"), session.link_key);
    visit(fixed("correlation_id"), session.correlation_id);
    visit(changing("state"), session.state);
    visit(changing("end_reason"), session.end_reason);
    visit(fixed("created_at"), session.created_at);
    visit(changing("used_at"), session.used_at);
    visit(changing("ended_at"), session.ended_at);
  }
};

/// Newest first; filters: client, state, session.
core::Result<core::Page<core::SessionRecord>> list_sessions(sqlite::Database& database,
                                                            const core::ListFilter& filter);

/// All that have not ended.
core::Result<std::vector<core::SessionRecord>> open_sessions(sqlite::Database& database);

}  // namespace berth::storage
