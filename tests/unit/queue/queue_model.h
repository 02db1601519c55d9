#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "service/queue/slot_queue.h"

namespace berth::queue {

/// What SlotQueue should do, as plainly as it can be said: one list, searched from end to end.
class QueueModel {
 public:
  struct Request {
    core::RequestId id;
    std::string client;
    bool sync = true;
    std::uint64_t arrival = 0;
    bool claimed = true;
  };

  explicit QueueModel(SlotQueue::Limits limits) : limits_(limits) {}

  /// Nothing if it is refused.
  std::optional<bool> request(const core::RequestId& id, const std::string& client, bool sync) {
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

  void release(const std::string& client) {
    --slots_of_[client];
    --used_;
    give_out();
  }

  void move_slot(const std::string& from, const std::string& to) {
    --slots_of_[from];
    ++slots_of_[to];
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
  std::size_t used_by(const std::string& client) const {
    const auto found = slots_of_.find(client);
    return found == slots_of_.end() ? 0 : found->second;
  }
  std::size_t slots() const { return limits_.slots; }

 private:
  static std::tuple<bool, std::uint64_t> order(const Request& request) {
    return {!request.sync, request.arrival};
  }

  bool may_have_slot(const std::string& client) const {
    return used_by(client) < limits_.max_slots_per_client;
  }

  std::vector<Request>::const_iterator next() const {
    auto best = waiting_.end();
    for (auto request = waiting_.begin(); request != waiting_.end(); ++request) {
      if (!request->claimed || !may_have_slot(request->client)) continue;
      if (best == waiting_.end() || order(*request) < order(*best)) best = request;
    }
    return best;
  }

  bool starts(const std::string& client) {
    if (used_ >= limits_.slots || !may_have_slot(client)) return false;
    ++used_;
    ++slots_of_[client];
    return true;
  }

  void give_out() {
    while (idles()) {
      const auto request = next();
      ++used_;
      ++slots_of_[request->client];
      granted_.push_back(request->id);
      waiting_.erase(request);
    }
  }

  SlotQueue::Limits limits_;
  std::size_t used_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<std::string, std::size_t> slots_of_;
  std::vector<Request> waiting_;
  std::vector<core::RequestId> granted_;
};

}  // namespace berth::queue
