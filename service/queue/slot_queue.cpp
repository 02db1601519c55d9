#include "service/queue/slot_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::queue {
namespace {

constexpr core::Milliseconds kLeastRetryAfter{100};

}  // namespace

SlotQueue::SlotQueue(Limits limits, const core::Clock& clock)
    : limits_(limits),
      clock_(clock),
      estimator_(clock.instant()),
      clients_(limits.max_slots_per_client) {}

core::Result<bool> SlotQueue::request(Request request) {
  if (arrivals_by_id_.contains(request.id)) {
    return core::fail(core::ErrorCode::conflict,
                      fmt::format("request {} waits already", request.id.str()), "request_id");
  }
  if (can_start(request.client_id)) {
    take(request.client_id);
    estimator_.taken_at_once(request.sync);
    return true;
  }
  if (auto bounds = check_bounds(request.client_id); !bounds) return core::fail(bounds.error());
  Entry entry;
  entry.id = std::move(request.id);
  entry.client_id = std::move(request.client_id);
  entry.granted = std::move(request.granted);
  entry.arrival = {++arrivals_, clock_.now()};
  entry.sync = request.sync;
  entry.since = clock_.instant();
  Entry& added = add(std::move(entry));
  clients_.offer(added.client_id, added.order());
  estimate_wait(added);
  return false;
}

core::Result<void> SlotQueue::check(const std::string& client_id) const {
  if (can_start(client_id)) return {};
  return check_bounds(client_id);
}

void SlotQueue::release(const std::string& client_id) {
  if (used_ == 0) return;
  estimator_.released(clock_.instant());
  --used_;
  note_use();
  clients_.give_slot_back(client_id);
  give_out();
}

void SlotQueue::occupy(const std::string& client_id) {
  take(client_id);
}

void SlotQueue::move_slot(const std::string& from_client, const std::string& to_client) {
  clients_.give_slot_back(from_client);
  clients_.take_slot(to_client);
  give_out();
}

bool SlotQueue::cancel(const core::RequestId& id) {
  const auto arrival = arrivals_by_id_.find(id);
  if (arrival == arrivals_by_id_.end()) return false;
  remove(arrival->second);
  return true;
}

core::Result<SlotQueue::Place> SlotQueue::change_type(const core::RequestId& id, bool sync) {
  const auto arrival = arrival_of(id);
  if (!arrival) return core::fail(arrival.error());
  Entry& entry = waiting_.at(*arrival);
  if (entry.sync == sync) return place(entry);
  order_.erase(entry.order());
  if (entry.granted) clients_.withdraw(entry.client_id, entry.order());
  entry.sync = sync;
  order_.insert(entry.order());
  if (entry.granted) clients_.offer(entry.client_id, entry.order());
  watch_.disturbed();
  estimate_wait(entry);  // what was said before was said of the other class
  return place(entry);
}

core::Result<SlotQueue::Place> SlotQueue::place(const core::RequestId& id) const {
  const auto arrival = arrival_of(id);
  if (!arrival) return core::fail(arrival.error());
  return place(waiting_.at(*arrival));
}

std::vector<SlotQueue::Waiting> SlotQueue::list(std::size_t skip, std::size_t limit) const {
  std::vector<Waiting> page;
  for (std::size_t index = skip; index < order_.size() && page.size() < limit; ++index) {
    const Entry& entry = waiting_.at(order_.at(index).arrival);
    page.push_back({entry.id, entry.client_id, place(entry)});
  }
  return page;
}

void SlotQueue::set_slots(std::size_t slots) {
  limits_.slots = slots;
  give_out();
}

void SlotQueue::set_limits(Limits limits) {
  limits_ = limits;
  clients_.set_max_slots(limits.max_slots_per_client);
  give_out();
}

core::Result<void> SlotQueue::restore(StoredRequest stored) {
  if (arrivals_by_id_.contains(stored.id) || waiting_.contains(stored.arrival.number)) {
    return core::fail(core::ErrorCode::conflict,
                      fmt::format("request {} can't be restored: its id or its arrival number {} "
                                  "waits already",
                                  stored.id.str(), stored.arrival.number));
  }
  const core::Milliseconds waited =
      std::max(clock_.now() - stored.arrival.time, core::Milliseconds(0));
  Entry entry;
  entry.id = std::move(stored.id);
  entry.client_id = std::move(stored.client_id);
  entry.arrival = stored.arrival;
  entry.sync = stored.sync;
  entry.since = clock_.instant() - waited;
  arrivals_ = std::max(arrivals_, entry.arrival.number);
  unclaimed_.emplace(entry.arrival.number, clock_.instant());
  add(std::move(entry));
  return {};
}

core::Result<bool> SlotQueue::claim(const core::RequestId& id, Granted granted) {
  const auto arrival = arrival_of(id);
  if (!arrival) return core::fail(arrival.error());
  Entry& entry = waiting_.at(*arrival);
  if (entry.granted) {
    return core::fail(core::ErrorCode::conflict,
                      fmt::format("request {} is waited for already", id.str()), "request_id");
  }
  if (can_start(entry.client_id)) {
    const Entry taken = remove(entry.arrival.number);
    take(taken.client_id);
    return true;
  }
  entry.granted = std::move(granted);
  unclaimed_.erase(entry.arrival.number);
  clients_.offer(entry.client_id, entry.order());
  estimate_wait(entry);
  return false;
}

std::vector<core::RequestId> SlotQueue::expire_unclaimed(core::Instant restored_before) {
  std::vector<std::uint64_t> expired;
  for (const auto& [arrival, restored] : unclaimed_) {
    if (restored < restored_before) expired.push_back(arrival);
  }
  std::ranges::sort(expired);
  std::vector<core::RequestId> ids;
  ids.reserve(expired.size());
  for (const std::uint64_t arrival : expired) ids.push_back(remove(arrival).id);
  return ids;
}

core::Result<SlotQueue::Place> SlotQueue::watch(const core::RequestId& id) {
  const auto arrival = arrival_of(id);
  if (!arrival) return core::fail(arrival.error());
  const Place now = place(waiting_.at(*arrival));
  watch_.add(*arrival, now.position);
  return now;
}

void SlotQueue::unwatch(const core::RequestId& id) {
  if (const auto arrival = arrival_of(id)) watch_.remove(*arrival);
}

std::vector<SlotQueue::Moved> SlotQueue::moved(std::size_t limit) {
  std::vector<Moved> told;
  const auto position_of = [this](std::uint64_t arrival) { return position(waiting_.at(arrival)); };
  for (const PositionWatch::Moved& moved : watch_.sweep(limit, position_of)) {
    const Entry& entry = waiting_.at(moved.arrival);
    told.push_back({entry.id, place(entry)});
  }
  return told;
}

SlotQueue::Statistics SlotQueue::statistics() const {
  Statistics now;
  now.waiting_sync = order_.rank(ServingOrder{true, 0});
  now.waiting_async = order_.size() - now.waiting_sync;
  now.peak_waiting = peak_waiting_;
  now.peak_used = peak_used_;
  now.average_wait_sync = estimator_.average_wait(true);
  now.average_wait_async = estimator_.average_wait(false);
  now.next_wait_sync = next_wait(true);
  now.next_wait_async = next_wait(false);
  now.estimate_error_sync = estimator_.average_error(true);
  now.estimate_error_async = estimator_.average_error(false);
  return now;
}

core::Result<std::uint64_t> SlotQueue::arrival_of(const core::RequestId& id) const {
  const auto arrival = arrivals_by_id_.find(id);
  if (arrival != arrivals_by_id_.end()) return arrival->second;
  return core::fail(core::ErrorCode::not_found,
                    fmt::format("request {} does not wait in the queue", id.str()), "request_id");
}

core::Result<void> SlotQueue::check_bounds(const std::string& client_id) const {
  if (waiting() >= limits_.max_length) {
    return core::fail(
        full(fmt::format("{} requests wait for a terminal already (queue.max_length)", waiting()),
             eta(1)));
  }
  const std::size_t mine = clients_.waiting(client_id);
  if (mine >= limits_.max_per_client) {
    return core::fail(
        full(fmt::format("{} requests of this client wait already (queue.max_per_client)", mine),
             eta(1)));
  }
  return {};
}

core::Error SlotQueue::full(std::string message, core::Milliseconds retry_after) const {
  return {core::ErrorCode::limit_exceeded,
          std::move(message),
          {},
          std::max(retry_after, kLeastRetryAfter)};
}

bool SlotQueue::can_start(const std::string& client_id) const {
  // Someone who may have the slot is still waiting only while slots are being given out.
  return used_ < limits_.slots && !clients_.next() && !clients_.at_bound(client_id);
}

SlotQueue::Entry& SlotQueue::add(Entry entry) {
  const std::uint64_t arrival = entry.arrival.number;
  order_.insert(entry.order());
  clients_.enter(entry.client_id);
  arrivals_by_id_.emplace(entry.id, arrival);
  watch_.disturbed();
  peak_waiting_ = std::max(peak_waiting_, order_.size());
  return waiting_.emplace(arrival, std::move(entry)).first->second;
}

SlotQueue::Entry SlotQueue::remove(std::uint64_t arrival) {
  Entry entry = std::move(waiting_.extract(arrival).mapped());
  order_.erase(entry.order());
  if (entry.granted) clients_.withdraw(entry.client_id, entry.order());
  clients_.leave(entry.client_id);
  arrivals_by_id_.erase(entry.id);
  unclaimed_.erase(arrival);
  watch_.remove(arrival);
  watch_.disturbed();
  return entry;
}

void SlotQueue::estimate_wait(Entry& entry) const {
  const auto waited =
      std::chrono::duration_cast<core::Milliseconds>(clock_.instant() - entry.since);
  entry.estimate = waited + place(entry).eta;
}

void SlotQueue::take(const std::string& client_id) {
  ++used_;
  note_use();
  clients_.take_slot(client_id);
  peak_used_ = std::max(peak_used_, used_);
}

void SlotQueue::give_out() {
  if (giving_out_) return;  // the call that is giving out goes on with what has been freed
  giving_out_ = true;
  while (used_ < limits_.slots) {
    const auto next = clients_.next();
    if (!next) break;
    const Entry entry = remove(next->arrival);
    take(entry.client_id);
    const auto waited =
        std::chrono::duration_cast<core::Milliseconds>(clock_.instant() - entry.since);
    estimator_.granted(entry.sync, waited, entry.estimate);
    entry.granted();
  }
  giving_out_ = false;
}

void SlotQueue::note_use() {
  estimator_.in_use_changed(clock_.instant(), used_);
}

std::int64_t SlotQueue::position(const Entry& entry) const {
  return static_cast<std::int64_t>(order_.rank(entry.order())) + 1;
}

core::Milliseconds SlotQueue::eta(std::size_t position) const {
  const std::size_t wanted = used_ + position;
  const std::size_t releases = wanted > limits_.slots ? wanted - limits_.slots : 0;
  return estimator_.until_released(clock_.instant(), releases, used_);
}

SlotQueue::Place SlotQueue::place(const Entry& entry) const {
  Place place;
  place.position = position(entry);
  place.eta = eta(static_cast<std::size_t>(place.position));
  place.sync = entry.sync;
  place.arrival = entry.arrival;
  if (!entry.granted) {
    place.hold = Hold::unclaimed;
  } else if (clients_.at_bound(entry.client_id)) {
    place.hold = Hold::client_limit;
  }
  const std::size_t own = clients_.releases_before(entry.client_id, entry.order());
  place.eta = std::max(
      place.eta, estimator_.until_released(clock_.instant(), own, clients_.slots(entry.client_id)));
  return place;
}

core::Milliseconds SlotQueue::next_wait(bool sync) const {
  if (used_ < limits_.slots && !clients_.next()) return core::Milliseconds(0);
  const std::size_t before = sync ? order_.rank(ServingOrder{true, 0}) : order_.size();
  return eta(before + 1);
}

}  // namespace berth::queue
