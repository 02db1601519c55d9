#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "service/core/error.h"
#include "storage/sqlite/database.h"

namespace berth::storage {

/// Threads that read, each with a read-only connection of its own, from one bounded queue.
class ReaderPool {
 public:
  /// Called once, on a reader's thread with its connection; or with an error where it can't be read
  /// (queue full: on the caller's thread, stopped).
  using Read = std::function<void(core::Result<sqlite::Database*> database)>;

  static core::Result<std::unique_ptr<ReaderPool>> open(
      const std::string& path, std::size_t threads, std::size_t max_queued,
      const sqlite::OnDamage& on_damage = nullptr);
  ~ReaderPool() { stop(); }
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  void submit(Read read);

  /// Interrupts what is being read, answers what waits with `unavailable`, joins the threads,
  /// closes the connections.
  void stop();

  std::uint64_t reads() const;  ///< answered so far; any thread

 private:
  ReaderPool(std::vector<std::unique_ptr<sqlite::Database>> connections, std::size_t max_queued);
  void run(sqlite::Database& database);

  std::vector<std::unique_ptr<sqlite::Database>> connections_;
  const std::size_t max_queued_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<Read> queue_;   // guarded by mutex_
  std::uint64_t reads_ = 0;  // guarded by mutex_
  std::size_t running_ = 0;  // threads that have not ended; guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace berth::storage
