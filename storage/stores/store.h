#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/core/redactor.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/migrator.h"
#include "storage/sqlite/writer.h"
#include "storage/stores/event_history.h"
#include "storage/stores/reader_pool.h"
#include "storage/stores/record_queries.h"
#include "storage/stores/record_writer.h"

namespace berth::storage {

using sqlite::Post;
using sqlite::Soundness;

struct StoreOptions {
  Soundness soundness = Soundness::unknown;  ///< of the file
  sqlite::WriterOptions writer;
  std::size_t reader_threads = 2;
  std::size_t replay_threads = 2;                  ///< read for those who follow the events
  std::size_t max_queued_reads = 4'096;            ///< above: `limit_exceeded`
  OnCommitted on_committed;                        ///< may be empty
  std::shared_ptr<const core::Redactor> redactor;  ///< of all that is stored; may be empty
  sqlite::OnDamage on_damage;  ///< any thread, also while it opens and closes; may be empty
};

struct StoreCounters {
  sqlite::WriterCounters writer;
  std::uint64_t reads = 0;
  std::int64_t last_event_id = 0;
};

/// The database of one service: one writer thread, a few readers. Made, used and closed on the core
/// loop's thread (or before that loop runs); no other process may write the same file.
class Store {
 public:
  /// Brings the file's schema up to date first; see sqlite::migrate for what is refused. Blocks.
  /// `post` hands a task to the core loop and must work until close() has returned; `clock` must
  /// outlive the store.
  static core::Result<std::unique_ptr<Store>> open(const std::string& path, Post post,
                                                   const core::Clock& clock,
                                                   StoreOptions options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  core::ChangeLog& change_log() { return *writer_; }
  core::Queries& queries() { return queries_; }
  core::EventHistory& event_history() { return event_history_; }

  // Blocking reads for the start of the service.
  core::Result<core::OpenState> load_open_state() const;
  core::Result<std::vector<core::TokenRecord>> load_tokens() const;
  core::Result<std::vector<core::EventSourceRecord>> load_event_sources() const;

  /// The `prev_id` of the next CommittedEvents. Any thread.
  std::int64_t last_event_id() const { return records_.last_event_id(); }
  StoreCounters counters() const;  ///< any thread

  /// Commits what waits, ends the threads, leaves no write-ahead log behind. Every call that was
  /// made has been answered (posted) when it returns; later ones answer `unavailable`. An error is
  /// for the log: nothing that was answered is lost.
  core::Result<void> close();

 private:
  Store(std::string path, std::unique_ptr<sqlite::Database> database, EventIds ids,
        std::unique_ptr<ReaderPool> readers, std::unique_ptr<ReaderPool> replays, Post post,
        const core::Clock& clock, StoreOptions options);

  core::Result<std::unique_ptr<sqlite::Database>> open_reading() const;

  std::string path_;
  sqlite::OnDamage on_damage_;
  std::unique_ptr<sqlite::Database> database_;  // the writer's
  RecordWriter records_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<ReaderPool> replays_;
  std::unique_ptr<sqlite::Writer> writer_;
  RecordQueries queries_;
  StoredEventHistory event_history_;
  bool closed_ = false;
};

}  // namespace berth::storage
