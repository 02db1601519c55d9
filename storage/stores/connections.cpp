#include "storage/stores/connections.h"

#include "storage/stores/list_query.h"

namespace berth::storage {

using core::ConnectionRecord;

core::Result<core::Page<ConnectionRecord>> list_connections(sqlite::Database& database,
                                                            const core::ListFilter& filter) {
  ListQuery query(select_sql<ConnectionRecord>());
  query.where_set("client_id = ?", filter.client_id);
  if (filter.state == "open") query.where("closed_at IS NULL");
  if (filter.state == "closed") query.where("closed_at IS NOT NULL");
  if (auto paged = page_by_time(query, "opened_at", filter.cursor); !paged) {
    return core::fail(paged.error());
  }
  return read_page<ConnectionRecord>(database, std::move(query), filter.limit,
                                     [](const ConnectionRecord& last) {
                                       return to_text(TimeCursor{last.opened_at, last.id.str()});
                                     });
}

core::Result<void> close_connections(sqlite::Database& database, core::Timestamp now,
                                     std::string_view reason) {
  sqlite::Statement statement = database.statement(
      "UPDATE connections SET closed_at = ?, close_reason = ? WHERE closed_at IS NULL");
  bind(statement, now);
  statement.bind(reason);
  return statement.run();
}

}  // namespace berth::storage
