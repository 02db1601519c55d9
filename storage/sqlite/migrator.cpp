#include "storage/sqlite/migrator.h"

#include <Poco/Data/Statement.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace berth::sqlite {
namespace {

using migrations::Migration;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

struct Applied {
  std::string name;
  std::string checksum;
};

/// What a file says about itself.
struct Schema {
  Poco::Int64 version = 0;
  Poco::Int64 tables = 0;
  std::map<Poco::Int64, Applied> applied;
  std::string damage;  ///< first line of quick_check, unless it is `ok`
};

tl::unexpected<core::Error> refuse(const std::string& path, std::string_view why) {
  return core::fail(core::ErrorCode::storage_failed,
                    fmt::format("the database {} is refused and left as it is: {}", path, why));
}

std::uintmax_t size_or_zero(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

core::Result<Schema> read_schema(Database& database, Soundness soundness) {
  Schema schema;
  auto& session = database.session();
  auto read = database.guarded("reading its schema", [&] {
    session << "PRAGMA user_version", into(schema.version), now;
    session << "SELECT count(*) FROM sqlite_master WHERE type = 'table'", into(schema.tables), now;
    Poco::Int64 recorded = 0;
    session << "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'",
        into(recorded), now;
    if (recorded > 0) {
      std::vector<Poco::Int64> versions;
      std::vector<std::string> names;
      std::vector<std::string> checksums;
      session << "SELECT version, name, checksum FROM schema_migrations", into(versions),
          into(names), into(checksums), now;
      for (std::size_t i = 0; i < versions.size(); ++i) {
        schema.applied[versions[i]] = {names[i], checksums[i]};
      }
    }
    if (soundness == Soundness::known) return;
    std::vector<std::string> findings;
    session << "PRAGMA quick_check(1)", into(findings), now;
    if (findings.empty()) findings.emplace_back("the check says nothing");
    if (findings.front() != "ok") schema.damage = findings.front();
  });
  if (!read) return core::fail(read.error());
  return schema;
}

core::Result<void> check(const std::string& path, const Schema& schema,
                         std::span<const Migration> steps) {
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (!schema.damage.empty()) return refuse(path, "it is damaged: " + schema.damage);
  if (schema.applied.empty() && (schema.tables > 0 || schema.version != 0)) {
    return refuse(path, "it belongs to another program");
  }
  if (schema.version > newest) {
    return refuse(path, fmt::format("its schema has version {}, this program knows up to {}; "
                                    "start the newer program or restore a backup",
                                    schema.version, newest));
  }
  for (const Migration& step : steps) {
    const auto found = schema.applied.find(step.version);
    if (step.version > schema.version) {
      if (found == schema.applied.end()) continue;
      return refuse(path, fmt::format("migration {} is recorded, but its schema has version {}",
                                      step.version, schema.version));
    }
    if (found == schema.applied.end()) {
      return refuse(path, fmt::format("migration {} is not recorded, but its schema has version {}",
                                      step.version, schema.version));
    }
    if (found->second.checksum != step.sha256) {
      return refuse(
          path, fmt::format("migration {} ({}) was applied with checksum {}, this "
                            "program's has {}",
                            step.version, found->second.name, found->second.checksum, step.sha256));
    }
  }
  return {};
}

/// The version of the file's schema, once it has been found sound; 0 if there is none yet.
core::Result<Poco::Int64> inspect(const std::string& path, std::span<const Migration> steps,
                                  Soundness soundness, const OnDamage& on_damage) {
  if (size_or_zero(path) == 0) return 0;
  // Reading through a write-ahead log needs its index file; without a log nothing need be touched.
  const bool has_log = size_or_zero(path + "-wal") > 0;
  auto database = Database::open(path, has_log ? Access::read_only : Access::immutable, on_damage);
  if (!database) return core::fail(database.error());
  const auto schema = read_schema(**database, soundness);
  if (!schema) return refuse(path, schema.error().message);
  if (auto sound = check(path, *schema, steps); !sound) return core::fail(sound.error());
  return schema->version;
}

constexpr const char* kCreateRecord =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "applied_at INTEGER NOT NULL) STRICT";

core::Result<void> apply(Database& database, const Migration& step, core::Timestamp time) {
  Transaction transaction(database);
  if (auto begun = transaction.begin(); !begun) return begun;
  if (auto made = database.execute(kCreateRecord); !made) return made;
  if (auto run = database.execute(std::string(step.sql)); !run) return run;
  auto recorded = database.guarded("recording a migration", [&] {
    database.session() << "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
                          "VALUES (?, ?, ?, ?)",
        bind(Poco::Int64{step.version}), bind(std::string(step.name)),
        bind(std::string(step.sha256)), bind(Poco::Int64{time.time_since_epoch().count()}), now;
  });
  if (!recorded) return recorded;
  if (auto set = database.execute(fmt::format("PRAGMA user_version = {}", step.version)); !set) {
    return set;
  }
  return transaction.commit();
}

/// Settings that are kept in the file.
core::Result<void> prepare_new_file(Database& database) {
  // Can only be chosen before the first table exists.
  if (auto set = database.execute("PRAGMA auto_vacuum = INCREMENTAL"); !set) return set;
  if (auto set = database.execute("PRAGMA journal_mode = WAL"); !set) return set;
  return {};
}

}  // namespace

core::Result<void> migrate(const std::string& path, std::span<const Migration> steps,
                           const core::Clock& clock, Soundness soundness,
                           const OnDamage& on_damage) {
  const auto version = inspect(path, steps, soundness, on_damage);
  if (!version) return core::fail(version.error());
  if (!steps.empty() && *version == steps.back().version) return {};

  auto opened = Database::open(path, Access::read_write, on_damage);
  if (!opened) return core::fail(opened.error());
  Database& database = **opened;
  if (auto synced = database.set_full_sync(true); !synced) return synced;
  if (*version == 0) {
    if (auto prepared = prepare_new_file(database); !prepared) return prepared;
  }
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    if (auto applied = apply(database, step, clock.now()); !applied) {
      return core::fail(core::ErrorCode::storage_failed,
                        fmt::format("the database {} could not be brought to version {} ({}): {}",
                                    path, step.version, step.name, applied.error().message));
    }
  }
  return {};
}

}  // namespace berth::sqlite
