#include "service/queue/slot_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace berth::queue {
namespace {

constexpr double kAlpha = 0.1;

}  // namespace

SlotQueue::SlotQueue(Limits limits, const core::Clock& clock)
    : limits_(limits), clock_(clock), last_release_(clock.instant()) {}

core::Milliseconds SlotQueue::estimate(std::int64_t position) const {
  return core::Milliseconds(
      static_cast<std::int64_t>(release_interval_ms_ * static_cast<double>(position)));
}

core::Error SlotQueue::full(std::string message) const {
  const core::Milliseconds retry = std::max(estimate(1), core::Milliseconds(100));
  return {core::ErrorCode::limit_exceeded, std::move(message), {}, retry};
}

core::Result<bool> SlotQueue::request(Request request) {
  if (used_ < limits_.slots && waiting_.empty()) {
    ++used_;
    return true;
  }
  if (waiting_.size() >= limits_.max_length) {
    return core::fail(
        full(fmt::format("all terminals are in use and {} requests wait already "
                         "(queue.max_length)",
                         waiting_.size())));
  }
  std::size_t& mine = per_client_[request.client_id];
  if (mine >= limits_.max_per_client) {
    return core::fail(
        full(fmt::format("{} requests of this client wait already "
                         "(queue.max_per_client)",
                         mine)));
  }
  ++mine;
  const Order order{!request.sync, ++arrivals_};
  orders_.emplace(request.id, order);
  waiting_.emplace(order, std::move(request));
  return false;
}

void SlotQueue::release() {
  const core::Instant now = clock_.instant();
  const std::chrono::duration<double, std::milli> interval = now - last_release_;
  last_release_ = now;
  release_interval_ms_ += kAlpha * (interval.count() - release_interval_ms_);
  if (used_ > 0) --used_;
  if (waiting_.empty() || used_ >= limits_.slots) return;
  ++used_;
  const auto granted = std::move(waiting_.begin()->second.granted);
  cancel(core::RequestId(waiting_.begin()->second.id));
  granted();
}

bool SlotQueue::cancel(const core::RequestId& id) {
  const auto order = orders_.find(id);
  if (order == orders_.end()) return false;
  const auto request = waiting_.find(order->second);
  const auto client = per_client_.find(request->second.client_id);
  if (--client->second == 0) per_client_.erase(client);
  waiting_.erase(request);
  orders_.erase(order);
  return true;
}

core::Result<SlotQueue::Place> SlotQueue::place(const core::RequestId& id) const {
  const auto order = orders_.find(id);
  if (order == orders_.end()) {
    return core::fail(core::ErrorCode::not_found,
                      fmt::format("request {} does not wait in the queue", id.str()), "request_id");
  }
  const auto request = waiting_.find(order->second);
  const auto position = std::distance(waiting_.begin(), request) + 1;
  return Place{position, estimate(position), request->second.sync};
}

}  // namespace berth::queue
