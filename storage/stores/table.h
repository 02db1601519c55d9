#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "storage/sqlite/database.h"
#include "storage/stores/columns.h"

namespace berth::storage {

/// How a kind of record is laid out as rows. Each store specializes it with
///   static constexpr std::string_view kName;   // of the table
///   template <class Record, class Visit>       // Record is const when it is bound
///   static void columns(Record& record, Visit&& visit);
/// which calls `visit(column, member)` for every column, the primary key first. From this one list
/// come the SQL, the binding and the reading, so that they can't disagree.
template <class Record>
struct Table;

struct Column {
  std::string_view name;
  bool fixed;  ///< written by the first insert only
};

constexpr Column fixed(std::string_view name) {
  return {name, true};
}
constexpr Column changing(std::string_view name) {
  return {name, false};
}

/// `SELECT id, … FROM jobs`
template <class Record>
const std::string& select_sql() {
  static const std::string sql = [] {
    std::string text;
    Record none;
    Table<Record>::columns(none, [&](Column column, auto&&) {
      text.append(text.empty() ? "SELECT " : ", ").append(column.name);
    });
    return text.append(" FROM ").append(Table<Record>::kName);
  }();
  return sql;
}

/// Inserts the row, or where its key exists updates the columns that change.
template <class Record>
const std::string& upsert_sql() {
  static const std::string sql = [] {
    std::string names;
    std::string places;
    std::string key;
    std::string updates;
    Record none;
    Table<Record>::columns(none, [&](Column column, auto&&) {
      if (key.empty()) key = column.name;
      names.append(names.empty() ? "" : ", ").append(column.name);
      places.append(places.empty() ? "?" : ", ?");
      if (column.fixed) return;
      updates.append(updates.empty() ? "" : ", ").append(column.name);
      updates.append(" = excluded.").append(column.name);
    });
    std::string text = "INSERT INTO ";
    text.append(Table<Record>::kName).append(" (").append(names).append(") VALUES (");
    text.append(places).append(")");
    if (!updates.empty()) {
      text.append(" ON CONFLICT (").append(key).append(") DO UPDATE SET ").append(updates);
    }
    return text;
  }();
  return sql;
}

template <class Record>
core::Result<void> store_record(sqlite::Database& database, const Record& record) {
  sqlite::Statement statement = database.statement(upsert_sql<Record>());
  Table<Record>::columns(record, [&](Column, const auto& member) { bind(statement, member); });
  return statement.run();
}

template <class Record>
Record take_record(sqlite::Statement& row) {
  Record record;
  Table<Record>::columns(record, [&](Column, auto&& member) { take(row, member); });
  return record;
}

/// The row of a query that has one at most.
template <class Record>
core::Result<std::optional<Record>> take_one(sqlite::Statement& rows) {
  const auto found = rows.step();
  if (!found) return core::fail(found.error());
  if (!*found) return std::nullopt;
  Record record = take_record<Record>(rows);
  if (const auto sound = rows.step(); !sound) return core::fail(sound.error());
  return record;
}

}  // namespace berth::storage
