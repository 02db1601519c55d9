#include "storage/stores/tokens.h"

#include "storage/stores/list_query.h"

namespace berth::storage {

core::Result<std::vector<core::TokenRecord>> all_tokens(sqlite::Database& database) {
  return read_all<core::TokenRecord>(
      database, select_sql<core::TokenRecord>() + " ORDER BY created_at, hash");
}

}  // namespace berth::storage
