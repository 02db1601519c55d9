#include "service/queue/position_watch.h"

#include <algorithm>

namespace berth::queue {

void PositionWatch::add(std::uint64_t arrival, std::int64_t position) {
  const auto [entry, added] = told_.insert_or_assign(arrival, position);
  // It may come to stand among those that are to be looked at, and must not take another's turn.
  if (added && unseen_ > 0) ++unseen_;
}

void PositionWatch::remove(std::uint64_t arrival) {
  told_.erase(arrival);
  unseen_ = std::min(unseen_, told_.size());
}

std::vector<PositionWatch::Moved> PositionWatch::sweep(
    std::size_t limit, const std::function<std::int64_t(std::uint64_t)>& position_of) {
  std::vector<Moved> moved;
  auto entry = told_.upper_bound(last_seen_);
  for (std::size_t looks = std::min(limit, unseen_); looks > 0; --looks, --unseen_) {
    if (entry == told_.end()) entry = told_.begin();
    last_seen_ = entry->first;
    const std::int64_t position = position_of(entry->first);
    if (position != entry->second) moved.push_back({entry->first, position});
    entry->second = position;
    ++entry;
  }
  return moved;
}

}  // namespace berth::queue
