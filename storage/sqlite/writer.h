#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "service/core/store.h"
#include "storage/sqlite/database.h"

namespace berth::sqlite {

/// Hands a task to the core loop (`loop::Loop::post`). Called on any thread.
using Post = std::function<void(std::function<void()>)>;

/// What the writer stores: turns change sets into rows. Called on the writer's thread only, in the
/// order of its methods here, for one transaction after the other.
class BatchStore {
 public:
  using Sets = std::span<core::ChangeSet* const>;
  virtual ~BatchStore() = default;

  /// True if this transaction must reach the disk before committed() hears of it, whatever its sets
  /// ask for.
  virtual bool needs_full_sync(Sets sets) const = 0;
  /// Inside the transaction. May complete the records (ids and times given at commit); on an error
  /// all is rolled back and the same sets may come again.
  virtual core::Result<void> apply(Sets sets) = 0;
  virtual void committed(Sets sets) = 0;
  virtual void rolled_back() = 0;
};

struct WriterOptions {
  std::size_t max_queued_sets = 65'536;  ///< above: `limit_exceeded`
  std::size_t max_batch_sets = 512;      ///< one transaction holds at most as many
  /// How long an unhurried set waits for company.
  std::chrono::milliseconds max_delay{10};
  /// How often it looks for space to give back, after a batch.
  std::chrono::milliseconds tidy_interval{1'000};
};

/// Since the start. `sets` / `commits` is the mean size of a batch.
struct WriterCounters {
  std::uint64_t commits = 0;
  std::uint64_t syncs = 0;          ///< of what was committed, to the disk
  std::uint64_t sets = 0;           ///< committed
  std::uint64_t failed_sets = 0;    ///< refused by the database
  std::uint64_t rejected_sets = 0;  ///< the queue was full
  std::uint64_t largest_batch = 0;
  std::uint64_t queued_sets = 0;        ///< now
  std::uint64_t busy_microseconds = 0;  ///< in transactions
};

/// The one thread that writes. It takes all sets that wait into one transaction: while it commits
/// the next batch gathers, so no set that is waited for is delayed to gather others. A batch
/// is synced to the disk if one of its sets is durable: after the store was told that it is
/// committed, before any of its sets is answered. If a batch fails, its sets are tried one by one,
/// so that a bad one harms no other; the writer itself outlives every failure.
///
/// commit() and stop() belong to the core loop's thread; completions are posted there, one post per
/// batch, in the order of the calls.
class Writer final : public core::ChangeLog {
 public:
  /// `database` and `store` are used by the writer's thread only, until stop() has returned.
  Writer(Database& database, BatchStore& store, Post post, WriterOptions options);
  ~Writer() override { stop(); }

  void commit(core::ChangeSet set, Done done) override;

  /// Commits what waits, then ends the thread. After it commit() answers `unavailable`.
  void stop();

  /// Calls `done` once all that was committed so far is stored (or refused): at once if it is.
  void when_idle(std::function<void()> done);

  WriterCounters counters() const;  ///< any thread

 private:
  struct Pending {
    core::ChangeSet set;
    Done done;
    core::Result<void> result;
    bool rejected = false;  // only its answer waits, for its turn
    bool hurried() const { return !set.unhurried; }
  };

  bool enqueue(Pending& pending);  ///< false, and nothing taken, once it is stopping
  void run();
  bool take(std::vector<Pending>& batch);
  void write(std::vector<Pending>& batch);
  void finish(std::vector<Pending> batch);
  void tidy();
  /// Of one transaction.
  struct Attempt {
    core::Result<void> result;
    bool begun = false;
    bool synced = false;
  };
  Attempt attempt(BatchStore::Sets sets);
  void sync(std::span<Pending* const> written);
  void count_busy(std::chrono::steady_clock::time_point since);

  Database& database_;
  BatchStore& store_;
  Post post_;
  const WriterOptions options_;
  std::chrono::steady_clock::time_point next_tidying_;  // these two: the writer's thread
  bool untidied_ = false;                               // since the last batch

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Pending> queue_;  // guarded by mutex_
  std::size_t queued_ = 0;     // sets in it that are not rejected; guarded by mutex_
  std::size_t hurried_ = 0;    // sets in it that somebody waits for; guarded by mutex_
  bool writing_ = false;       // a batch is not finished; guarded by mutex_
  bool stopping_ = false;      // guarded by mutex_
  WriterCounters counters_;    // guarded by mutex_
  std::thread thread_;         // last: it uses all of the above
};

}  // namespace berth::sqlite
