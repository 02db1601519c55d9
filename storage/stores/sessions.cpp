#include "storage/stores/sessions.h"

#include "storage/stores/list_query.h"

namespace berth::storage {
namespace {

using core::SessionRecord;

/// Word for word the condition of the index sessions_open: only so is it used.
constexpr std::string_view kOpen = "state <> 'ended'";

}  // namespace

core::Result<core::Page<SessionRecord>> list_sessions(sqlite::Database& database,
                                                      const core::ListFilter& filter) {
  ListQuery query(select_sql<SessionRecord>());
  query.where_set("client_id = ?", filter.client_id).where_set("state = ?", filter.state);
  query.where_set("id = ?", filter.session_id.str());
  if (!filter.state.empty() && filter.state != core::to_string(core::SessionState::ended)) {
    query.where(kOpen);
  }
  if (auto paged = page_by_time(query, "created_at", filter.cursor); !paged) {
    return core::fail(paged.error());
  }
  return read_page<SessionRecord>(database, std::move(query), filter.limit,
                                  [](const SessionRecord& last) {
                                    return to_text(TimeCursor{last.created_at, last.id.str()});
                                  });
}

core::Result<std::vector<SessionRecord>> open_sessions(sqlite::Database& database) {
  return read_all<SessionRecord>(database, std::string(select_sql<SessionRecord>())
                                               .append(" WHERE ")
                                               .append(kOpen)
                                               .append(" ORDER BY created_at, id"));
}

}  // namespace berth::storage
