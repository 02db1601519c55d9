#include "storage/sqlite/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "storage/sqlite/free_space.h"

namespace berth::sqlite {

Writer::Writer(Database& database, BatchStore& store, Post post, WriterOptions options)
    : database_(database),
      store_(store),
      post_(std::move(post)),
      options_(options),
      thread_([this] { run(); }) {}

void Writer::commit(core::ChangeSet set, Done done) {
  Pending pending{std::move(set), std::move(done), {}, false};
  if (!enqueue(pending)) {
    pending.result = core::fail(core::ErrorCode::unavailable, "the store is closed");
    std::vector<Pending> alone;
    alone.push_back(std::move(pending));
    finish(std::move(alone));
  }
}

bool Writer::enqueue(Pending& pending) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (queued_ < options_.max_queued_sets) {
      ++queued_;
    } else {
      // The answer waits behind those before it: they come in the order of the calls. It would be
      // held as long by the core loop, so this takes no more memory.
      pending.rejected = true;
      pending.set = {};
      pending.result = core::fail(
          core::ErrorCode::limit_exceeded,
          fmt::format("{} change sets wait to be stored already", options_.max_queued_sets));
      ++counters_.rejected_sets;
    }
    wake = queue_.empty() || (pending.hurried() && hurried_ == 0);
    if (pending.hurried()) ++hurried_;
    queue_.push_back(std::move(pending));
  }
  // Unlocked, so that the writer does not wake only to wait for the lock.
  if (wake) wake_.notify_one();
  return true;
}

void Writer::when_idle(std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty() && !writing_) {
      // Below, unlocked.
    } else if (!stopping_) {
      queue_.push_back({{}, [done = std::move(done)](core::Result<void>) { done(); }, {}, true});
      if (++hurried_ == 1) wake_.notify_one();
      return;
    }
  }
  done();
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

WriterCounters Writer::counters() const {
  const std::lock_guard lock(mutex_);
  WriterCounters now = counters_;
  now.queued_sets = queued_;
  return now;
}

void Writer::run() {
  std::vector<Pending> batch;
  while (take(batch)) {
    write(batch);
    finish(std::exchange(batch, {}));
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
    }
    untidied_ = true;
  }
}

/// Only while nothing waits.
void Writer::tidy() {
  untidied_ = false;
  next_tidying_ = std::chrono::steady_clock::now() + options_.tidy_interval;
  for (;;) {
    // What can't be done now (another process reads) is tried again after the next batch.
    const auto more = give_space_back(database_);
    if (!more || !*more) return;
    const std::lock_guard lock(mutex_);
    if (!queue_.empty() || stopping_) return;
  }
}

bool Writer::take(std::vector<Pending>& batch) {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return stopping_ || !queue_.empty(); };
  while (untidied_ && !wake_.wait_until(lock, next_tidying_, has_work)) {
    lock.unlock();
    tidy();
    lock.lock();
  }
  wake_.wait(lock, has_work);
  if (queue_.empty()) return false;
  wake_.wait_for(lock, options_.max_delay, [this] { return stopping_ || hurried_ > 0; });
  std::size_t sets = 0;
  auto end = queue_.begin();
  while (end != queue_.end() && (end->rejected || sets < options_.max_batch_sets)) {
    if (!end->rejected) ++sets;
    if (end->hurried()) --hurried_;
    ++end;
  }
  batch.assign(std::move_iterator(queue_.begin()), std::move_iterator(end));
  queue_.erase(queue_.begin(), end);
  queued_ -= sets;
  writing_ = true;
  return true;
}

void Writer::write(std::vector<Pending>& batch) {
  std::vector<Pending*> pending;
  std::vector<core::ChangeSet*> sets;
  for (Pending& each : batch) {
    if (each.rejected) continue;
    pending.push_back(&each);
    sets.push_back(&each.set);
  }
  if (sets.empty()) return;

  const Attempt together = attempt(sets);
  bool synced = together.synced;
  if (!together.result) {
    synced = false;
    for (Pending* each : pending) {
      // Where no transaction can be begun (another process holds the lock) no set is at fault, and
      // every further attempt would wait as long again.
      if (!together.begun || sets.size() == 1) {
        each->result = together.result;
        continue;
      }
      core::ChangeSet* const alone[] = {&each->set};
      each->result = attempt(alone).result;
    }
  }
  if (!synced) sync(pending);
  const std::lock_guard lock(mutex_);
  counters_.failed_sets += static_cast<std::uint64_t>(
      std::ranges::count_if(pending, [](const Pending* each) { return !each->result; }));
}

Writer::Attempt Writer::attempt(BatchStore::Sets sets) {
  const auto start = std::chrono::steady_clock::now();
  Attempt made;
  made.synced = store_.needs_full_sync(sets);
  made.result = [&]() -> core::Result<void> {
    if (auto set = database_.set_full_sync(made.synced); !set) return set;
    Transaction transaction(database_);
    if (auto ready = transaction.begin(); !ready) return ready;
    made.begun = true;
    if (auto applied = store_.apply(sets); !applied) return applied;
    return transaction.commit();
  }();
  count_busy(start);
  if (!made.result) {
    store_.rolled_back();
    return made;
  }
  {
    const std::lock_guard lock(mutex_);
    ++counters_.commits;
    if (made.synced) ++counters_.syncs;
    counters_.sets += sets.size();
    counters_.largest_batch = std::max<std::uint64_t>(counters_.largest_batch, sets.size());
  }
  store_.committed(sets);
  return made;
}

/// What is committed is told at once (a reader sees it, kill -9 does not harm it), what is promised
/// waits for the disk. If that fails the durable sets are refused, though they may be kept.
void Writer::sync(std::span<Pending* const> written) {
  const auto waits = [](const Pending* each) {
    return each->result && each->set.durability == core::Durability::durable;
  };
  if (std::ranges::none_of(written, waits)) return;
  const auto start = std::chrono::steady_clock::now();
  const auto synced = database_.sync();
  count_busy(start);
  if (synced) {
    const std::lock_guard lock(mutex_);
    ++counters_.syncs;
    return;
  }
  for (Pending* each : written) {
    if (waits(each)) each->result = synced;
  }
}

void Writer::count_busy(std::chrono::steady_clock::time_point since) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - since);
  const std::lock_guard lock(mutex_);
  counters_.busy_microseconds += static_cast<std::uint64_t>(took.count());
}

void Writer::finish(std::vector<Pending> batch) {
  struct Completion {
    Done done;
    core::Result<void> result;
  };
  std::vector<Completion> completions;
  completions.reserve(batch.size());
  for (Pending& each : batch) {
    if (each.done) completions.push_back({std::move(each.done), std::move(each.result)});
  }
  if (completions.empty()) return;
  post_([completions = std::move(completions)]() mutable {
    for (Completion& each : completions) each.done(std::move(each.result));
  });
}

}  // namespace berth::sqlite
