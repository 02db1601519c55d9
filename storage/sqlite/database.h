#pragma once

#include <Poco/Data/Session.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "service/core/error.h"
#include "storage/sqlite/statement.h"

struct sqlite3;

namespace berth::sqlite {

enum class Access {
  read_write,  ///< makes the file if there is none
  read_only,  ///< sees what others commit; may rebuild the shared-memory index (-shm), nothing else
  /// Only for a file that nobody writes and that has no write-ahead log: touches nothing at all.
  immutable,
};

/// Called on the connection's thread, before the error is returned, each time SQLite says that the
/// file may be damaged (SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR). It may block.
using OnDamage = std::function<void()>;

/// One connection to an SQLite database file, opened through Poco::Data. One thread at a time, but
/// for interrupt().
class Database {
 public:
  /// Opens and, unless immutable, sets what each connection needs: busy time-out 5 s, foreign keys.
  /// Errors name the file. `on_damage` may be empty.
  static core::Result<std::unique_ptr<Database>> open(const std::string& path, Access access,
                                                      OnDamage on_damage = nullptr);

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// The Poco::Data session, for what is not done per command. Poco throws: wrap with guarded().
  Poco::Data::Session& session() { return session_; }

  /// Runs `work`, which uses session(), and turns what Poco throws into an Error.
  core::Result<void> guarded(std::string_view doing, const std::function<void()>& work);

  /// Runs a script of one or more statements.
  core::Result<void> execute(const std::string& sql);

  /// The prepared statement for `sql`, compiled at first use and kept for the connection's life;
  /// one use at a time per text. Texts are built from fixed parts, so that there are few.
  Statement statement(std::string_view sql);

  /// How the next transaction commits: true waits until the disk has it. It can't be changed inside
  /// a transaction.
  core::Result<void> set_full_sync(bool full);

  /// Waits until the disk has all that was committed, as after a commit with full sync.
  core::Result<void> sync();

  /// Makes the statement that runs now fail with `unavailable`. Any thread.
  void interrupt();

  /// What SQLite says of the call that has just failed; whoever gets such a status asks here, so
  /// that no damage goes unnoticed.
  core::Error failure(std::string_view doing);

  sqlite3* handle() { return handle_; }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  Database(Poco::Data::Session session, OnDamage on_damage);

  Poco::Data::Session session_;
  sqlite3* handle_;
  const OnDamage on_damage_;
  enum class Sync { unknown, normal, full } sync_ = Sync::unknown;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalizer>, TextHash,
                     std::equal_to<>>
      statements_;  // before the session is closed all are finalized
};

/// A write transaction, rolled back on destruction unless commit() succeeded. BEGIN IMMEDIATE: it
/// takes the write lock at once, so that no later statement fails for want of it.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  core::Result<void> begin();
  core::Result<void> commit();

 private:
  Database& database_;
};

}  // namespace berth::sqlite
