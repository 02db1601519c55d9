#include "storage/sqlite/free_space.h"

namespace berth::sqlite {
namespace {

constexpr std::int64_t kMinFreePages = 256;  // of 4 KiB
constexpr std::int64_t kFreeShare = 4;

core::Result<std::int64_t> pragma(Database& database, std::string_view sql) {
  Statement statement = database.statement(sql);
  const auto row = statement.step();
  if (!row) return core::fail(row.error());
  return statement.take_integer();
}

}  // namespace

core::Result<bool> give_space_back(Database& database) {
  const auto free = pragma(database, "PRAGMA freelist_count");
  if (!free) return core::fail(free.error());
  if (*free < kMinFreePages) return false;
  const auto all = pragma(database, "PRAGMA page_count");
  if (!all) return core::fail(all.error());
  if (*free * kFreeShare < *all) return false;
  // About a millisecond, and a row for each page.
  if (auto vacuumed = database.statement("PRAGMA incremental_vacuum(128)").run(); !vacuumed) {
    return core::fail(vacuumed.error());
  }
  return true;
}

}  // namespace berth::sqlite
