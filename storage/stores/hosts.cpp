#include "storage/stores/hosts.h"

#include "storage/stores/list_query.h"

namespace berth::storage {

core::Result<void> erase_host(sqlite::Database& database, const core::HostId& id) {
  sqlite::Statement statement = database.statement("DELETE FROM hosts WHERE id = ?");
  statement.bind(id.str());
  return statement.run();
}

core::Result<std::vector<core::HostRecord>> open_hosts(sqlite::Database& database) {
  return read_all<core::HostRecord>(
      database, select_sql<core::HostRecord>() + " WHERE ended_at IS NULL ORDER BY created_at, id");
}

}  // namespace berth::storage
