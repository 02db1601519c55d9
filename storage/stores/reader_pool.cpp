#include "storage/stores/reader_pool.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace berth::storage {

core::Result<std::unique_ptr<ReaderPool>> ReaderPool::open(const std::string& path,
                                                           std::size_t threads,
                                                           std::size_t max_queued,
                                                           const sqlite::OnDamage& on_damage) {
  std::vector<std::unique_ptr<sqlite::Database>> connections;
  for (std::size_t i = 0; i < threads; ++i) {
    auto database = sqlite::Database::open(path, sqlite::Access::read_only, on_damage);
    if (!database) return core::fail(database.error());
    connections.push_back(std::move(*database));
  }
  return std::unique_ptr<ReaderPool>(new ReaderPool(std::move(connections), max_queued));
}

ReaderPool::ReaderPool(std::vector<std::unique_ptr<sqlite::Database>> connections,
                       std::size_t max_queued)
    : connections_(std::move(connections)), max_queued_(max_queued), running_(connections_.size()) {
  for (const auto& connection : connections_) {
    threads_.emplace_back([this, &database = *connection] { run(database); });
  }
}

void ReaderPool::submit(Read read) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    return read(core::fail(core::ErrorCode::unavailable, "the store is closed"));
  }
  if (queue_.size() >= max_queued_) {
    lock.unlock();
    return read(core::fail(core::ErrorCode::limit_exceeded,
                           fmt::format("{} reads of the store wait already", max_queued_)));
  }
  queue_.push_back(std::move(read));
  wake_.notify_one();
}

void ReaderPool::stop() {
  std::deque<Read> waiting;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    waiting.swap(queue_);
    wake_.notify_all();
    // An interrupt reaches only a statement that runs, and a read may be just about to begin one.
    constexpr std::chrono::milliseconds kAgain{10};
    while (running_ > 0) {
      for (const auto& connection : connections_) connection->interrupt();
      idle_.wait_for(lock, kAgain);
    }
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  connections_.clear();
  for (const Read& read : waiting) {
    read(core::fail(core::ErrorCode::unavailable, "the store is closed"));
  }
}

std::uint64_t ReaderPool::reads() const {
  const std::lock_guard lock(mutex_);
  return reads_;
}

void ReaderPool::run(sqlite::Database& database) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) break;
    const Read read = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    read(&database);
    lock.lock();
    ++reads_;
  }
  --running_;
  idle_.notify_all();
}

}  // namespace berth::storage
