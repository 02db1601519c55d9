#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"

struct sqlite3_stmt;

namespace berth::sqlite {

class Database;

/// Bytes for a BLOB column.
struct Blob {
  std::string_view bytes;
};

/// One use of a prepared statement of a Database: bind every parameter in order, step, take every
/// column in order. The destructor resets it, so that no read transaction stays open. Errors stick:
/// binding and taking never fail by themselves, the next step() or run() reports. The connection's
/// thread.
///
/// This is the raw SQLite interface and not Poco::Data, because it is what every command waits for:
/// storing a job of 29 columns by a prepared Poco statement took three to nine times as long on the
/// same machine (60-200 µs against 15-36 µs), and Poco cuts text at NUL.
class Statement {
 public:
  /// Null for SQL that did not compile; `error` then says why. Made by Database::statement.
  Statement(Database& database, sqlite3_stmt* statement, std::optional<core::Error> error);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Bound text and bytes are not copied: they must live until this object is gone.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(Blob blob);
  Statement& bind_null();

  /// True: there is a row. False: the end.
  core::Result<bool> step();
  /// Steps to the end, passing over rows.
  core::Result<void> run();

  std::int64_t take_integer();
  std::string take_text();       ///< TEXT or BLOB, NUL included
  std::string_view take_view();  ///< the same, valid until the next step
  /// True, and the column is passed over, if the next one is NULL.
  bool take_null();
  void skip() { ++column_; }

  /// What the row says can't be understood; reported by the next step().
  void reject_row(std::string_view why);

  /// Text and blob bytes taken so far, by which a page is bounded.
  std::size_t bytes_taken() const { return bytes_taken_; }

 private:
  void keep(int status);

  Database& database_;
  sqlite3_stmt* statement_;
  std::optional<core::Error> error_;
  int parameter_ = 0;
  int column_ = 0;
  std::size_t bytes_taken_ = 0;
};

}  // namespace berth::sqlite
