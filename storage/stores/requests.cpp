#include "storage/stores/requests.h"

#include "storage/stores/list_query.h"

namespace berth::storage {

using core::RequestRecord;

core::Result<core::Page<RequestRecord>> list_requests(sqlite::Database& database,
                                                      const core::ListFilter& filter) {
  ListQuery query(select_sql<RequestRecord>());
  query.where_set("client_id = ?", filter.client_id).where_set("state = ?", filter.state);
  if (auto paged = page_by_time(query, "arrived_at", filter.cursor); !paged) {
    return core::fail(paged.error());
  }
  return read_page<RequestRecord>(database, std::move(query), filter.limit,
                                  [](const RequestRecord& last) {
                                    return to_text(TimeCursor{last.arrived_at, last.id.str()});
                                  });
}

core::Result<std::optional<RequestRecord>> find_request(sqlite::Database& database,
                                                        const core::RequestId& id) {
  static const std::string sql = select_sql<RequestRecord>() + " WHERE id = ?";
  sqlite::Statement row = database.statement(sql);
  row.bind(id.str());
  return take_one<RequestRecord>(row);
}

core::Result<std::vector<RequestRecord>> queued_requests(sqlite::Database& database) {
  // Word for word the condition of the index requests_queued: only so is it used.
  return read_all<RequestRecord>(
      database, select_sql<RequestRecord>() + " WHERE state = 'queued' ORDER BY arrival");
}

}  // namespace berth::storage
