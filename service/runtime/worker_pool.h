#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "service/core/error.h"
#include "service/loop/loop.h"

namespace berth::runtime {

/// A few threads for work that may block (files) or takes long (large messages), so that the core
/// loop never does. At most 16,384 tasks wait.
class WorkerPool {
 public:
  WorkerPool(loop::Loop& home, std::size_t threads);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Finishes what waits, then joins; later calls of run() fail. To be called while all that tasks
  /// use is still there.
  void stop();

  /// Runs `work` on a worker and `done` with its result on the home loop. Loop thread. Over the
  /// bound `done` comes with limit_exceeded. `work` must not throw.
  template <class T>
  void run(std::function<core::Result<T>()> work, std::function<void(core::Result<T>)> done) {
    const bool taken = enqueue([this, work = std::move(work), done]() mutable {
      // Shared because a std::function must be copyable and a result may not be.
      const auto result = std::make_shared<core::Result<T>>(work());
      // Moved: what it holds is the home loop's, and must not be let go of last here.
      home_.post([done = std::move(done), result] { done(std::move(*result)); });
    });
    if (!taken) {
      done(core::fail(core::ErrorCode::limit_exceeded, "too much work is waiting; try again"));
    }
  }

 private:
  bool enqueue(std::function<void()> task);
  void work();

  loop::Loop& home_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace berth::runtime
