#include "storage/sqlite/statement.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "storage/sqlite/database.h"

namespace berth::sqlite {

Statement::Statement(Database& database, sqlite3_stmt* statement, std::optional<core::Error> error)
    : database_(database), statement_(statement), error_(std::move(error)) {}

Statement::~Statement() {
  // Its status repeats what step() said.
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  if (!error_) keep(sqlite3_bind_int64(statement_, ++parameter_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (!error_) {
    keep(sqlite3_bind_text64(statement_, ++parameter_, data, text.size(), SQLITE_STATIC,
                             SQLITE_UTF8));
  }
  return *this;
}

Statement& Statement::bind(Blob blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  if (!error_) {
    keep(sqlite3_bind_blob64(statement_, ++parameter_, data, blob.bytes.size(), SQLITE_STATIC));
  }
  return *this;
}

Statement& Statement::bind_null() {
  if (!error_) keep(sqlite3_bind_null(statement_, ++parameter_));
  return *this;
}

void Statement::keep(int status) {
  if (status == SQLITE_OK) return;
  error_ = database_.failure(fmt::format("binding value {}", parameter_));
}

core::Result<bool> Statement::step() {
  if (error_) return core::fail(*error_);
  column_ = 0;
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  error_ = database_.failure("using the database");
  return core::fail(*error_);
}

core::Result<void> Statement::run() {
  while (true) {
    const auto more = step();
    if (!more) return core::fail(more.error());
    if (!*more) return {};
  }
}

std::int64_t Statement::take_integer() {
  return sqlite3_column_int64(statement_, column_++);
}

std::string Statement::take_text() {
  return std::string(take_view());
}

std::string_view Statement::take_view() {
  const int column = column_++;
  // The pointer before the length: asking for the bytes first could convert them
  // (sqlite3_column_*).
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  bytes_taken_ += size;
  return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

bool Statement::take_null() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

void Statement::reject_row(std::string_view why) {
  if (error_) return;
  error_ = core::Error{core::ErrorCode::storage_failed,
                       fmt::format("a stored row can't be read: {}", why),
                       {},
                       std::nullopt};
}

}  // namespace berth::sqlite
