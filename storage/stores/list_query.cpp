#include "storage/stores/list_query.h"

#include <fmt/format.h>

#include <charconv>

namespace berth::storage {
namespace {

bool parse_whole(std::string_view text, std::int64_t& number) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

tl::unexpected<core::Error> bad_cursor() {
  return core::fail(core::ErrorCode::invalid_argument,
                    "cursor must be the next_cursor of an earlier page", "cursor");
}

}  // namespace

ListQuery& ListQuery::where(std::string_view condition, std::vector<Value> values) {
  sql_.append(has_condition_ ? " AND " : " WHERE ").append(condition);
  has_condition_ = true;
  std::ranges::move(values, std::back_inserter(values_));
  return *this;
}

ListQuery& ListQuery::where_set(std::string_view condition, const std::string& value) {
  return value.empty() ? *this : where(condition, {value});
}

ListQuery& ListQuery::order_by(std::string_view columns) {
  sql_.append(" ORDER BY ").append(columns);
  return *this;
}

const std::string& ListQuery::limit(std::size_t rows) {
  values_.emplace_back(static_cast<std::int64_t>(rows));
  return sql_.append(" LIMIT ?");
}

void ListQuery::bind_values(sqlite::Statement& statement) const {
  for (const Value& value : values_) {
    std::visit([&](const auto& each) { bind(statement, each); }, value);
  }
}

std::string to_text(const TimeCursor& cursor) {
  return fmt::format("{}.{}", cursor.time.time_since_epoch().count(), cursor.id);
}

core::Result<TimeCursor> parse_time_cursor(const std::string& text) {
  const std::size_t dot = text.find('.');
  std::int64_t time = 0;
  if (dot == std::string::npos || !parse_whole(std::string_view(text).substr(0, dot), time)) {
    return bad_cursor();
  }
  return TimeCursor{core::Timestamp(core::Milliseconds(time)), text.substr(dot + 1)};
}

core::Result<std::int64_t> parse_number_cursor(const std::string& text) {
  std::int64_t number = 0;
  if (!parse_whole(text, number)) return bad_cursor();
  return number;
}

core::Result<void> page_by_time(ListQuery& query, std::string_view time,
                                const std::string& cursor) {
  if (!cursor.empty()) {
    auto from = parse_time_cursor(cursor);
    if (!from) return core::fail(from.error());
    query.where(fmt::format("({}, id) < (?, ?)", time),
                {from->time.time_since_epoch().count(), std::move(from->id)});
  }
  query.order_by(fmt::format("{} DESC, id DESC", time));
  return {};
}

}  // namespace berth::storage
