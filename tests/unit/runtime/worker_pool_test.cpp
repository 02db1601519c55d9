#include "service/runtime/worker_pool.h"

#include <gtest/gtest.h>

#include <set>

namespace berth::runtime {
namespace {

TEST(WorkerPool, WorksElsewhereAndAnswersOnTheLoop) {
  loop::Loop loop;
  const auto home = std::this_thread::get_id();
  std::set<std::thread::id> workers;
  std::mutex mutex;
  int answers = 0;
  {
    WorkerPool pool(loop, 2);
    for (int i = 0; i < 100; ++i) {
      pool.run<int>(
          [&, i]() -> core::Result<int> {
            const std::lock_guard lock(mutex);
            workers.insert(std::this_thread::get_id());
            return i;
          },
          [&, i](core::Result<int> result) {
            EXPECT_EQ(std::this_thread::get_id(), home);
            EXPECT_EQ(result.value(), i);
            if (++answers == 100) loop.stop();
          });
    }
    loop.run();
  }
  EXPECT_EQ(answers, 100);
  EXPECT_FALSE(workers.contains(home));
}

TEST(WorkerPool, HandsErrorsThrough) {
  loop::Loop loop;
  WorkerPool pool(loop, 1);
  std::string message;
  pool.run<void>([]() -> core::Result<void> { return core::fail(core::ErrorCode::internal, "no"); },
                 [&](core::Result<void> result) {
                   message = result.error().message;
                   loop.stop();
                 });
  loop.run();
  EXPECT_EQ(message, "no");
}

TEST(WorkerPool, FinishesWhatWaitsBeforeItGoes) {
  loop::Loop loop;
  std::atomic<int> done = 0;
  {
    WorkerPool pool(loop, 1);
    for (int i = 0; i < 50; ++i) {
      pool.run<void>([&]() -> core::Result<void> { return ++done, core::Result<void>(); },
                     [](core::Result<void>) {});
    }
  }
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace berth::runtime
