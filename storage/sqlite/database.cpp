#include "storage/sqlite/database.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "service/core/text.h"
#include "storage/sqlite/sqlite_error.h"

namespace berth::sqlite {
namespace {

using Poco::Data::Keywords::now;

/// Poco tries to open a file again and again until this has passed; it does not become openable.
constexpr std::size_t kOpenTimeoutSeconds = 1;

/// Another process, such as the sqlite3 program, may hold the lock for a moment.
constexpr int kBusyTimeoutMilliseconds = 5'000;

void register_connector_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    // No connection is used by two threads at once: it needs no lock of its own, which would be
    // taken for every column of every row.
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    Poco::Data::SQLite::Connector::registerConnector();
  });
}

std::string uri(const std::string& path, Access access) {
  std::string text = "file:" + core::percent_encode(path);
  if (access == Access::read_only) text += "?mode=ro";
  if (access == Access::immutable) text += "?mode=ro&immutable=1";
  return text;
}

core::Error open_error(const std::string& path, const std::string& why) {
  return {core::ErrorCode::storage_failed,
          fmt::format("the database {} can't be opened: {}", path, why),
          {},
          std::nullopt};
}

}  // namespace

core::Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access,
                                                       OnDamage on_damage) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (error) return core::fail(open_error(path, error.message()));
  if (!exists && access != Access::read_write) {
    return core::fail(open_error(path, "there is no such file"));
  }
  try {
    register_connector_once();
    std::unique_ptr<Database> database(
        new Database(Poco::Data::Session("SQLite", uri(path, access), kOpenTimeoutSeconds),
                     std::move(on_damage)));
    sqlite3_busy_timeout(database->handle_, kBusyTimeoutMilliseconds);
    sqlite3_extended_result_codes(database->handle_, 0);
    if (access != Access::immutable) {
      if (auto set = database->execute("PRAGMA foreign_keys = ON"); !set) {
        return core::fail(open_error(path, set.error().message));
      }
    }
    return database;
  } catch (const Poco::Exception& exception) {
    return core::fail(open_error(path, exception.displayText()));
  }
}

Database::Database(Poco::Data::Session session, OnDamage on_damage)
    : session_(std::move(session)),
      handle_(Poco::Data::SQLite::Utility::dbHandle(session_)),
      on_damage_(std::move(on_damage)) {}

Database::~Database() {
  statements_.clear();
}

void Database::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

core::Result<void> Database::guarded(std::string_view doing, const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const Poco::Exception& exception) {
    core::Error error = failure(doing);
    error.message = fmt::format("{}: {}", doing, exception.displayText());
    return core::fail(std::move(error));
  }
}

core::Result<void> Database::execute(const std::string& sql) {
  return guarded("using the database", [&] { session_ << sql, now; });
}

Statement Database::statement(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return {*this, found->second.get(), std::nullopt};
  sqlite3_stmt* compiled = nullptr;
  const int status = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
  if (status != SQLITE_OK) return {*this, nullptr, failure("compiling a statement")};
  statements_.emplace(sql, compiled);
  return {*this, compiled, std::nullopt};
}

core::Result<void> Database::set_full_sync(bool full) {
  const Sync wanted = full ? Sync::full : Sync::normal;
  if (wanted == sync_) return {};
  // Not prepared: this pragma takes effect when it is compiled.
  const char* sql = full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return core::fail(failure(sql));
  }
  sync_ = wanted;
  return {};
}

core::Result<void> Database::sync() {
  // What SQLite itself does after a commit with full sync, on the same file.
  sqlite3_file* log = nullptr;
  const int found = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (found == SQLITE_OK && log != nullptr && log->pMethods != nullptr &&
      log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK) {
    return {};
  }
  if (on_damage_) on_damage_();
  return core::fail(core::ErrorCode::internal, "The write-ahead log can't be synced to the disk");
}

core::Error Database::failure(std::string_view doing) {
  core::Error error = last_error(handle_, doing);
  if (on_damage_ && suggests_damage(handle_)) on_damage_();
  return error;
}

void Database::interrupt() {
  sqlite3_interrupt(handle_);
}

Transaction::~Transaction() {
  // After some failures (disk full, I/O error) SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(database_.handle()) == 0) {
    static_cast<void>(database_.statement("ROLLBACK").run());
  }
}

core::Result<void> Transaction::begin() {
  return database_.statement("BEGIN IMMEDIATE").run();
}

core::Result<void> Transaction::commit() {
  return database_.statement("COMMIT").run();
}

}  // namespace berth::sqlite
