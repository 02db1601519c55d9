#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/time.h"
#include "service/queue/client_table.h"
#include "service/queue/estimator.h"
#include "service/queue/position_watch.h"
#include "service/queue/ranked_set.h"
#include "service/queue/serving_order.h"

namespace berth::queue {

/// Who gets the next terminal. There are `slots`; a request that finds none free waits. Two
/// classes: sync (an agent waits) is served before async; first come, first served within a class.
/// Each call costs O(log n) of the requests that wait, also asking for a position. Core loop.
///
/// No slot stays free while a request waits that may have it. Two kinds of waiting requests are
/// passed over and keep their place: those whose client holds as many slots as it may, and those
/// restored after a restart for which nobody has asked again yet.
class SlotQueue {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  struct Limits {
    std::size_t slots = 1;
    std::size_t max_length = 1'000;  ///< waiting requests in all
    std::size_t max_per_client = 200;
    /// Over this a client's requests wait, and do not hold up others; they are never refused for
    /// it.
    std::size_t max_slots_per_client = kNoLimit;
  };

  /// Called when a waiting request has got its slot: once, from inside whatever freed the slot
  /// (release, set_slots, set_limits, move_slot), never from inside request() or claim(). May call
  /// the queue; slots freed by that are given out after it has returned.
  using Granted = std::function<void()>;

  struct Request {
    core::RequestId id;
    std::string client_id;
    bool sync = true;
    Granted granted;  ///< not empty
  };

  /// What has to be stored for a request to keep its place over a restart.
  struct Arrival {
    std::uint64_t number = 0;  ///< from 1; never given twice, also not after restore()
    core::Timestamp time;
  };

  struct StoredRequest {
    core::RequestId id;
    std::string client_id;
    bool sync = true;
    Arrival arrival;
  };

  enum class Hold {
    none,
    client_limit,  ///< its client holds max_slots_per_client slots
    unclaimed,     ///< restored, and nobody has asked for it again
  };

  struct Place {
    std::int64_t position = 0;  ///< from 1, in serving order, among all that wait
    core::Milliseconds eta{0};  ///< an estimate, see Estimator
    bool sync = true;
    Hold hold = Hold::none;
    Arrival arrival;
  };

  struct Waiting {
    core::RequestId id;
    std::string client_id;
    Place place;
  };

  struct Moved {
    core::RequestId id;
    Place place;
  };

  struct Statistics {
    std::size_t waiting_sync = 0;
    std::size_t waiting_async = 0;
    std::size_t peak_waiting = 0;
    std::size_t peak_used = 0;
    core::Milliseconds average_wait_sync{0};
    core::Milliseconds average_wait_async{0};
    core::Milliseconds next_wait_sync{0};  ///< estimated, of a request that came now
    core::Milliseconds next_wait_async{0};
    core::Milliseconds estimate_error_sync{0};  ///< average of |estimated at arrival - waited|
    core::Milliseconds estimate_error_async{0};
  };

  SlotQueue(Limits limits, const core::Clock& clock);

  /// True: a slot is taken, go on at once (`granted` is not called). False: it waits. The error is
  /// limit_exceeded with retry_after; conflict if a request of this id waits.
  core::Result<bool> request(Request request);

  /// Whether request() would refuse a new one of this client now.
  core::Result<void> check(const std::string& client_id) const;

  /// A slot of this client is free again: the next request gets it.
  void release(const std::string& client_id);

  /// Takes a slot without asking: terminals found again after a restart, also beyond the limits.
  void occupy(const std::string& client_id);

  /// A slot's terminal has passed from one client to another.
  void move_slot(const std::string& from_client, const std::string& to_client);

  /// Removes a waiting request; false if it does not wait (any more).
  bool cancel(const core::RequestId& id);

  /// Moves a waiting request to the other class, where it stands by its arrival. not_found if it
  /// does not wait.
  core::Result<Place> change_type(const core::RequestId& id, bool sync);

  /// not_found if it does not wait.
  core::Result<Place> place(const core::RequestId& id) const;

  /// Up to `limit` waiting requests in serving order, without the first `skip`.
  std::vector<Waiting> list(std::size_t skip, std::size_t limit) const;

  /// How many slots there may be from now on. A slot in use is never taken away: with fewer slots
  /// than are in use, as many releases give nothing out.
  void set_slots(std::size_t slots);

  /// All limits, after a change of the configuration. Waiting requests over them stay.
  void set_limits(Limits limits);

  // After a restart: restore() every stored request, in any order and before the first request();
  // then claim() those that someone stands for.

  /// Puts a request back at its place. Bounds are not checked, it was accepted once. conflict if
  /// its id or arrival number waits already.
  core::Result<void> restore(StoredRequest stored);

  /// Somebody waits for a restored request (again). True: it has got a slot at once, as with
  /// request(). not_found if it does not wait; conflict if it is claimed already.
  core::Result<bool> claim(const core::RequestId& id, Granted granted);

  /// Drops requests that were restored before `restored_before` and are still unclaimed.
  std::vector<core::RequestId> expire_unclaimed(core::Instant restored_before);

  // Telling positions: whoever wants to hear of a request's moves watches it; a timer of the owner
  // calls moved() with a limit, so that neither a release nor a turn of the timer costs more the
  // more requests wait. With n watched, a move is told after at most n / limit turns.

  /// Its position as of now counts as told. Ends by itself with the wait. not_found if it does not
  /// wait.
  core::Result<Place> watch(const core::RequestId& id);
  void unwatch(const core::RequestId& id);

  /// Looks at up to `limit` watched requests and returns those that stand elsewhere than last told.
  std::vector<Moved> moved(std::size_t limit);

  std::size_t used() const { return used_; }
  std::size_t used_by(const std::string& client_id) const { return clients_.slots(client_id); }
  std::size_t waiting() const { return order_.size(); }
  std::size_t slots() const { return limits_.slots; }
  Statistics statistics() const;

 private:
  struct Entry {
    core::RequestId id;
    std::string client_id;
    Granted granted;  // empty: unclaimed
    Arrival arrival;
    bool sync = true;
    core::Instant since;             // of the wait
    core::Milliseconds estimate{0};  // of the whole wait

    ServingOrder order() const { return {!sync, arrival.number}; }
  };

  core::Result<std::uint64_t> arrival_of(const core::RequestId& id) const;
  core::Result<void> check_bounds(const std::string& client_id) const;
  core::Error full(std::string message, core::Milliseconds retry_after) const;
  bool can_start(const std::string& client_id) const;

  Entry& add(Entry entry);
  Entry remove(std::uint64_t arrival);
  void estimate_wait(Entry& entry) const;
  void take(const std::string& client_id);
  void give_out();
  void note_use();

  std::int64_t position(const Entry& entry) const;
  core::Milliseconds eta(std::size_t position) const;
  Place place(const Entry& entry) const;
  core::Milliseconds next_wait(bool sync) const;

  Limits limits_;
  const core::Clock& clock_;
  Estimator estimator_;
  ClientTable clients_;
  std::size_t used_ = 0;
  std::uint64_t arrivals_ = 0;                        // the last number given
  std::unordered_map<std::uint64_t, Entry> waiting_;  // by arrival number
  std::unordered_map<core::RequestId, std::uint64_t> arrivals_by_id_;
  RankedSet<ServingOrder> order_;                               // of all that wait
  std::unordered_map<std::uint64_t, core::Instant> unclaimed_;  // when it was restored
  PositionWatch watch_;
  std::size_t peak_waiting_ = 0;
  std::size_t peak_used_ = 0;
  bool giving_out_ = false;
};

}  // namespace berth::queue
