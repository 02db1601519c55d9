#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::queue {

/// Who gets the next terminal. There are `slots`; a request that finds none free waits. Two
/// classes: sync (an agent waits) is served before async; first come, first served within a class.
/// Core loop.
class SlotQueue {
 public:
  struct Limits {
    std::size_t slots = 1;
    std::size_t max_length = 1'000;  ///< waiting requests in all
    std::size_t max_per_client = 200;
  };

  struct Request {
    core::RequestId id;
    std::string client_id;
    bool sync = true;
    std::function<void()> granted;  ///< called once, never from inside request()
  };

  struct Place {
    std::int64_t position = 0;  ///< from 1, in serving order
    core::Milliseconds eta{0};
    bool sync = true;
  };

  SlotQueue(Limits limits, const core::Clock& clock);

  /// True: a slot is taken, go on at once (`granted` is not called). False: it waits. The error is
  /// limit_exceeded with retry_after.
  core::Result<bool> request(Request request);

  /// A slot is free again: the next request gets it.
  void release();

  /// Takes a slot without asking: terminals found again after a restart, also beyond the limit.
  void occupy() { ++used_; }

  /// Removes a waiting request; false if it does not wait (any more).
  bool cancel(const core::RequestId& id);

  core::Result<Place> place(const core::RequestId& id) const;

  std::size_t used() const { return used_; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t slots() const { return limits_.slots; }

 private:
  /// Serving order: class first, then arrival.
  struct Order {
    bool async = false;
    std::uint64_t arrival = 0;
    friend auto operator<=>(const Order&, const Order&) = default;
  };

  core::Milliseconds estimate(std::int64_t position) const;
  core::Error full(std::string message) const;

  Limits limits_;
  const core::Clock& clock_;
  std::size_t used_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<Order, Request> waiting_;
  std::unordered_map<core::RequestId, Order> orders_;
  std::unordered_map<std::string, std::size_t> per_client_;
  core::Instant last_release_;
  double release_interval_ms_ = 1'000.0;  ///< moving average, alpha = 0.1
};

}  // namespace berth::queue
