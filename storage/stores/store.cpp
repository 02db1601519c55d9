#include "storage/stores/store.h"

#include <utility>

#include "migrations/migrations.h"
#include "storage/stores/connections.h"
#include "storage/stores/event_sources.h"
#include "storage/stores/hosts.h"
#include "storage/stores/jobs.h"
#include "storage/stores/requests.h"
#include "storage/stores/sessions.h"
#include "storage/stores/tokens.h"

namespace berth::storage {
namespace {

/// For the connection that writes. A checkpoint syncs twice and writes each changed page once:
/// every 16 MB of log it is rare, and a start still reads the log in some 10 ms. The size limit
/// gives back what one large transaction or a long reader made the log grow to. The cache holds the
/// ends of the indexes. What is deleted is overwritten, and so is what secrets are taken out of;
/// Debian's SQLite does that anyway.
constexpr const char* kWriterSettings[] = {
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -8192",
    "PRAGMA secure_delete = ON",
};

}  // namespace

core::Result<std::unique_ptr<Store>> Store::open(const std::string& path, Post post,
                                                 const core::Clock& clock, StoreOptions options) {
  if (auto migrated =
          sqlite::migrate(path, migrations::all(), clock, options.soundness, options.on_damage);
      !migrated) {
    return core::fail(migrated.error());
  }
  auto database = sqlite::Database::open(path, sqlite::Access::read_write, options.on_damage);
  if (!database) return core::fail(database.error());
  for (const char* setting : kWriterSettings) {
    if (auto set = (*database)->execute(setting); !set) return core::fail(set.error());
  }
  auto ids = EventIds::load(**database);
  if (!ids) return core::fail(ids.error());
  // A clean end has closed them.
  if (auto closed = close_connections(**database, clock.now(), "the service was killed"); !closed) {
    return core::fail(closed.error());
  }
  auto readers =
      ReaderPool::open(path, options.reader_threads, options.max_queued_reads, options.on_damage);
  if (!readers) return core::fail(readers.error());
  auto replays = ReaderPool::open(path, options.replay_threads, options.max_queued_reads);
  if (!replays) return core::fail(replays.error());
  return std::unique_ptr<Store>(new Store(path, std::move(*database), *ids, std::move(*readers),
                                          std::move(*replays), std::move(post), clock,
                                          std::move(options)));
}

Store::Store(std::string path, std::unique_ptr<sqlite::Database> database, EventIds ids,
             std::unique_ptr<ReaderPool> readers, std::unique_ptr<ReaderPool> replays, Post post,
             const core::Clock& clock, StoreOptions options)
    : path_(std::move(path)),
      on_damage_(std::move(options.on_damage)),
      database_(std::move(database)),
      records_(*database_, ids, clock, std::move(options.on_committed),
               std::move(options.redactor)),
      readers_(std::move(readers)),
      replays_(std::move(replays)),
      writer_(std::make_unique<sqlite::Writer>(*database_, records_, post, options.writer)),
      queries_(*readers_, *writer_, std::move(post)),
      event_history_(*replays_, records_) {}

Store::~Store() {
  static_cast<void>(close());
}

core::Result<std::unique_ptr<sqlite::Database>> Store::open_reading() const {
  return sqlite::Database::open(path_, sqlite::Access::read_only, on_damage_);
}

core::Result<core::OpenState> Store::load_open_state() const {
  auto database = open_reading();
  if (!database) return core::fail(database.error());
  core::OpenState state;
  auto sessions = open_sessions(**database);
  if (!sessions) return core::fail(sessions.error());
  state.sessions = std::move(*sessions);
  auto hosts = open_hosts(**database);
  if (!hosts) return core::fail(hosts.error());
  state.hosts = std::move(*hosts);
  auto jobs = open_jobs(**database);
  if (!jobs) return core::fail(jobs.error());
  state.jobs = std::move(*jobs);
  auto requests = queued_requests(**database);
  if (!requests) return core::fail(requests.error());
  state.requests = std::move(*requests);
  return state;
}

core::Result<std::vector<core::TokenRecord>> Store::load_tokens() const {
  auto database = open_reading();
  if (!database) return core::fail(database.error());
  return all_tokens(**database);
}

core::Result<std::vector<core::EventSourceRecord>> Store::load_event_sources() const {
  auto database = open_reading();
  if (!database) return core::fail(database.error());
  return all_event_sources(**database);
}

StoreCounters Store::counters() const {
  return {writer_->counters(), readers_->reads(), records_.last_event_id()};
}

core::Result<void> Store::close() {
  if (std::exchange(closed_, true)) return {};
  writer_->stop();
  readers_->stop();
  replays_->stop();
  auto ended = records_.close();
  database_.reset();  // the last connection to go: it empties the log and removes it
  return ended;
}

}  // namespace berth::storage
