#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "service/core/execution.h"
#include "service/core/store.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/queue/slot_queue.h"
#include "service/queue/throttle.h"

namespace berth::execution {

struct QueueSettings {
  queue::SlotQueue::Limits limits;
  /// How long a place is kept for a client that has not come back after a restart of the service.
  core::Milliseconds claim_limit{600'000};
  bool throttle = true;
  std::function<queue::LoadSample()> sample_load;  ///< quick; empty = never throttled
};

/// The requests for terminals: the queue, its stored form, what is told of it while it goes on.
/// Core loop.
class TerminalRequests {
 public:
  using Moved = std::function<void(const core::RequestView&)>;

  struct Ask {
    core::RequestRecord record;  ///< id, whose it is, what it is for
    queue::SlotQueue::Granted granted;
    Moved moved;  ///< told when its place has changed; may be empty
  };

  TerminalRequests(loop::Loop& loop, core::ChangeLog& log, const core::Clock& clock,
                   QueueSettings settings);

  /// True: a terminal may be started at once (`granted` is not called). False: it waits. One of an
  /// earlier run of the service takes the place that was kept for it, under its stored id.
  /// limit_exceeded (with retry_after) when too many wait.
  core::Result<bool> ask(Ask ask);
  /// Whether ask() would refuse a new request of this client now.
  core::Result<void> check(const std::string& client_id) const;

  /// A client's terminal is gone: the next request gets its slot.
  void release(const std::string& client_id) { slots_.release(client_id); }
  /// A terminal was found again after a restart.
  void occupy(const std::string& client_id) { slots_.occupy(client_id); }
  void move_slot(const std::string& from, const std::string& to) { slots_.move_slot(from, to); }

  /// Takes a waiting request out; false if it does not wait.
  bool withdraw(const core::RequestId& id);

  /// not_found for those that do not wait.
  core::Result<core::RequestView> view(const core::RequestId& id) const;
  core::Result<core::RequestView> change_type(const core::RequestId& id, bool sync);
  std::vector<core::RequestView> list(std::size_t skip, std::size_t limit) const;

  void restore(std::vector<core::RequestRecord> records);
  /// The kept place of a session that this client asked for with one of these keys.
  std::optional<core::RequestRecord> find_kept(const std::string& client_id,
                                               const std::string& request_key,
                                               const std::string& link_key) const;

  const queue::SlotQueue& slots() const { return slots_; }

 private:
  struct Waiting {
    core::RequestRecord record;
    Moved moved;
    bool move_due = false;  // it stands in due_moves_
  };

  void granted(const core::RequestId& id, const queue::SlotQueue::Granted& granted);
  /// Takes it out of those that wait.
  void end(const core::RequestId& id, core::RequestState state);
  core::RequestView view_of(const Waiting& waiting, const queue::SlotQueue::Place& place) const;
  void tell_moves();
  void record_moves();
  void watch_load();
  void expire();

  core::ChangeLog& log_;
  const core::Clock& clock_;
  QueueSettings settings_;
  queue::SlotQueue slots_;
  queue::Throttle throttle_;
  std::unordered_map<core::RequestId, Waiting> waiting_;
  std::deque<core::RequestId> due_moves_;     // no event tells of them yet; some have ended
  std::unordered_set<core::RequestId> kept_;  // restored, and nobody has come for them yet
  loop::Timer moves_timer_;
  loop::Timer load_timer_;
};

}  // namespace berth::execution
