#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "service/core/committed_events.h"

namespace berth::events {

/// Takes the events of each commit from the writer's thread to the stream loop. Where that can't
/// keep up, what waits is dropped: who misses it reads the store.
class CommittedMailbox {
 public:
  static constexpr std::size_t kMaxWaitingEvents = 20'000;

  struct Mail {
    std::int64_t skip_to = 0;  ///< events up to this id were dropped; 0 = none
    std::vector<core::CommittedEvents> batches;
  };

  /// Any thread. `wake` is called there when there is mail again; before it is set mail waits.
  void put(core::CommittedEvents batch);
  Mail take();
  void set_wake(std::function<void()> wake);

 private:
  std::mutex mutex_;
  Mail mail_;                // guarded by mutex_, as all
  std::size_t waiting_ = 0;  // events
  bool woken_ = false;       // somebody will take
  std::function<void()> wake_;
};

}  // namespace berth::events
