#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "service/core/committed_events.h"

namespace berth::events {

/// Takes the events of each commit from the writer's thread to a hub's loop. What waits is dropped
/// where that can't keep up, and while nobody listens there: who misses it reads the store.
class CommittedMailbox {
 public:
  static constexpr std::size_t kMaxWaitingEvents = 20'000;

  struct Mail {
    std::int64_t skip_to = 0;  ///< events up to this id were dropped; 0 = none
    std::vector<std::shared_ptr<const core::CommittedEvents>> batches;
  };

  /// Any thread. `wake` is called there when there is mail again; before it is set mail waits.
  void put(std::shared_ptr<const core::CommittedEvents> batch);
  void set_listening(bool listening);
  Mail take();
  /// Events that were put so far, kept or not. Any thread.
  std::uint64_t total() const;
  void set_wake(std::function<void()> wake);

 private:
  mutable std::mutex mutex_;
  Mail mail_;  // guarded by mutex_, as all
  bool listening_ = false;
  std::uint64_t total_ = 0;  // events
  std::size_t waiting_ = 0;  // events
  bool woken_ = false;       // somebody will take
  std::function<void()> wake_;
};

}  // namespace berth::events
