#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "service/queue/serving_order.h"
#include "service/queue/slot_queue.h"

namespace berth::queue {

/// What SlotQueue should do, as plainly as it can be said: one list, searched from end to end.
class QueueModel {
 public:
  struct Request {
    core::RequestId id;
    int client = 0;
    bool sync = true;
    std::uint64_t arrival = 0;
    bool claimed = true;
  };

  /// Clients are numbers below `clients`.
  QueueModel(SlotQueue::Limits limits, int clients)
      : limits_(limits), slots_of_(static_cast<std::size_t>(clients)) {}

  /// Nothing if it is refused.
  std::optional<bool> request(const core::RequestId& id, int client, bool sync) {
    if (starts(client)) return true;
    const auto mine = std::ranges::count(waiting_, client, &Request::client);
    if (waiting_.size() >= limits_.max_length ||
        static_cast<std::size_t>(mine) >= limits_.max_per_client) {
      return std::nullopt;
    }
    waiting_.push_back({id, client, sync, ++arrivals_, true});
    return false;
  }

  bool claim(const core::RequestId& id) {
    const auto request = std::ranges::find(waiting_, id, &Request::id);
    if (!starts(request->client)) {
      request->claimed = true;
      return false;
    }
    waiting_.erase(request);
    return true;
  }

  void release(int client) {
    --slots_by(client);
    --used_;
    give_out();
  }

  void move_slot(int from, int to) {
    --slots_by(from);
    ++slots_by(to);
    give_out();
  }

  void set_slots(std::size_t slots) {
    limits_.slots = slots;
    give_out();
  }

  void cancel(const core::RequestId& id) {
    std::erase_if(waiting_, [&](const Request& request) { return request.id == id; });
  }

  void change_type(const core::RequestId& id, bool sync) {
    std::ranges::find(waiting_, id, &Request::id)->sync = sync;
  }

  /// After a restart nobody stands for those that wait.
  void forget_claims() {
    for (Request& request : waiting_) request.claimed = false;
  }

  /// A slot is free, and one waits that may have it.
  bool idles() const { return used_ < limits_.slots && next() != waiting_.end(); }

  std::vector<Request> in_serving_order() const {
    std::vector<Request> sorted = waiting_;
    std::ranges::sort(sorted, {}, &QueueModel::order);
    return sorted;
  }

  std::vector<core::RequestId> take_granted() { return std::exchange(granted_, {}); }
  const std::vector<Request>& waiting() const { return waiting_; }
  std::size_t used() const { return used_; }
  std::size_t used_by(int client) const { return slots_of_[static_cast<std::size_t>(client)]; }
  std::size_t slots() const { return limits_.slots; }

 private:
  static ServingOrder order(const Request& request) { return {!request.sync, request.arrival}; }
  std::size_t& slots_by(int client) { return slots_of_[static_cast<std::size_t>(client)]; }

  bool may_have_slot(int client) const { return used_by(client) < limits_.max_slots_per_client; }

  std::vector<Request>::const_iterator next() const {
    auto best = waiting_.end();
    for (auto request = waiting_.begin(); request != waiting_.end(); ++request) {
      if (!request->claimed || !may_have_slot(request->client)) continue;
      if (best == waiting_.end() || order(*request) < order(*best)) best = request;
    }
    return best;
  }

  bool starts(int client) {
    if (used_ >= limits_.slots || !may_have_slot(client)) return false;
    ++used_;
    ++slots_by(client);
    return true;
  }

  void give_out() {
    while (idles()) {
      const auto request = next();
      ++used_;
      ++slots_by(request->client);
      granted_.push_back(request->id);
      waiting_.erase(request);
    }
  }

  SlotQueue::Limits limits_;
  std::size_t used_ = 0;
  std::uint64_t arrivals_ = 0;
  std::vector<std::size_t> slots_of_;  // by client
  std::vector<Request> waiting_;
  std::vector<core::RequestId> granted_;
};

}  // namespace berth::queue
