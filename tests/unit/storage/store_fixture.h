#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "service/core/store.h"
#include "service/core/time.h"
#include "service/loop/loop.h"
#include "storage/stores/store.h"
#include "tests/support/temporary_folder.h"

namespace berth::storage {

inline constexpr std::chrono::seconds kDeadline{30};

/// A core loop on a thread of its own, as in the service.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  loop::Loop& loop() { return loop_; }
  void post(std::function<void()> task) { loop_.post(std::move(task)); }
  /// Runs `task` on the loop and waits for it.
  void run(const std::function<void()>& task);

 private:
  loop::Loop loop_;
  std::thread thread_;
};

class SettableClock final : public core::Clock {
 public:
  core::Timestamp now() const override { return core::Timestamp(core::Milliseconds(now_.load())); }
  core::Instant instant() const override { return std::chrono::steady_clock::now(); }
  void set(std::int64_t milliseconds) { now_ = milliseconds; }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

core::JobRecord make_job(const std::string& client = "client");
core::HostRecord make_host();
core::SessionRecord make_session(const std::string& client = "client");
core::EventRecord make_event(const std::string& type = "job.started");

/// The given records as one set.
template <class... Records>
core::ChangeSet set_of(Records... records) {
  core::ChangeSet set;
  (set.add(std::move(records)), ...);
  return set;
}

/// A store in a fresh folder, with its core loop.
class StoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void TearDown() override { close(); }

  void open(StoreOptions options = {});
  void close();
  std::string path() const { return folder_.file("berth.db"); }

  core::Result<void> commit(core::ChangeSet set);

  template <class T>
  core::Result<T> ask(const std::function<void(core::Queries&, core::Queries::Done<T>)>& query) {
    auto answer = std::make_shared<std::promise<core::Result<T>>>();
    auto future = answer->get_future();
    loop_.post([this, &query, answer] {
      query(store_->queries(),
            [answer](core::Result<T> result) { answer->set_value(std::move(result)); });
    });
    if (future.wait_for(kDeadline) != std::future_status::ready) {
      return core::fail(core::ErrorCode::deadline_exceeded, "the store does not answer");
    }
    return future.get();
  }

  core::Result<core::Page<core::JobRecord>> jobs(core::ListFilter filter);
  core::Result<core::Page<core::EventRecord>> events(core::EventQuery query);
  core::Result<core::JobRecord> job(const core::JobId& id);
  /// Every event, oldest first, over as many pages as it takes.
  std::vector<core::EventRecord> all_events();

  support::TemporaryFolder folder_;
  SettableClock clock_;
  LoopThread loop_;
  std::unique_ptr<Store> store_;
};

}  // namespace berth::storage
