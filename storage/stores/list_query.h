#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "service/core/error.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "storage/sqlite/database.h"
#include "storage/stores/table.h"

namespace berth::storage {

/// A page holds at most this many records, whatever the caller asks for, and ends early once their
/// text passes the second bound (a command may be megabytes).
inline constexpr std::size_t kMaxPageRecords = 1'000;
inline constexpr std::size_t kMaxPageBytes = 8U << 20U;

/// A SELECT that grows by conditions. Only fixed text goes into the SQL, so that each table has few
/// variants, which stay prepared; values are bound.
class ListQuery {
 public:
  using Value = std::variant<std::int64_t, std::string>;

  explicit ListQuery(std::string select) : sql_(std::move(select)) {}

  ListQuery& where(std::string_view condition, std::vector<Value> values = {});
  /// Leaves the condition out when there is nothing to compare with.
  ListQuery& where_set(std::string_view condition, const std::string& value);
  ListQuery& order_by(std::string_view columns);

  /// Ends the text: at most so many rows.
  const std::string& limit(std::size_t rows);
  /// This object must outlive the statement.
  void bind_values(sqlite::Statement& statement) const;

 private:
  std::string sql_;
  std::vector<Value> values_;
  bool has_condition_ = false;
};

/// Where the next page of a list by time begins: after the record with this time and id.
struct TimeCursor {
  core::Timestamp time{};
  std::string id;
};

/// Opaque to clients. An unreadable one is `invalid_argument`.
std::string to_text(const TimeCursor& cursor);
core::Result<TimeCursor> parse_time_cursor(const std::string& text);

/// Likewise for lists by a rising number.
core::Result<std::int64_t> parse_number_cursor(const std::string& text);

/// Adds the order "newest first" by the column `time` and the id, and the start of the page.
core::Result<void> page_by_time(ListQuery& query, std::string_view time, const std::string& cursor);

/// Reads up to `limit` records; `cursor_of(last record)` names where the next page begins.
template <class Record, class CursorOf>
core::Result<core::Page<Record>> read_page(sqlite::Database& database, ListQuery query,
                                           std::size_t limit, CursorOf cursor_of) {
  limit = std::clamp<std::size_t>(limit, 1, kMaxPageRecords);
  core::Page<Record> page;
  // One more tells whether there is a next page.
  sqlite::Statement rows = database.statement(query.limit(limit + 1));
  query.bind_values(rows);
  while (true) {
    const auto more = rows.step();
    if (!more) return core::fail(more.error());
    if (!*more) return page;
    if (page.items.size() == limit || rows.bytes_taken() > kMaxPageBytes) {
      page.next_cursor = cursor_of(page.items.back());
      return page;
    }
    page.items.push_back(take_record<Record>(rows));
  }
}

/// Reads every record; for lists that are bounded by what is alive.
template <class Record>
core::Result<std::vector<Record>> read_all(sqlite::Database& database, const std::string& sql) {
  std::vector<Record> records;
  sqlite::Statement rows = database.statement(sql);
  while (true) {
    const auto more = rows.step();
    if (!more) return core::fail(more.error());
    if (!*more) return records;
    records.push_back(take_record<Record>(rows));
  }
}

}  // namespace berth::storage
