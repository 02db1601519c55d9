#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace berth::queue {

/// Finds out which watched requests stand elsewhere than they were last told. One release moves
/// everyone who waits, so nothing is worked out when it happens: it is noted that positions are
/// `disturbed`, and sweeps, each of bounded work, go around all watched requests until each has
/// been looked at since. Several moves of one request between two looks are told as one. Core loop.
class PositionWatch {
 public:
  struct Moved {
    std::uint64_t arrival = 0;
    std::int64_t position = 0;
  };

  /// `position` is where it stands now, as its owner knows.
  void add(std::uint64_t arrival, std::int64_t position);
  void remove(std::uint64_t arrival);

  /// Positions may have changed.
  void disturbed() { unseen_ = told_.size(); }

  /// Looks at no more than `limit` requests, the next ones in turn; those that moved are returned
  /// and count as told. Does nothing when all have been looked at since the last disturbance.
  std::vector<Moved> sweep(std::size_t limit,
                           const std::function<std::int64_t(std::uint64_t)>& position_of);

  std::size_t size() const { return told_.size(); }

 private:
  std::map<std::uint64_t, std::int64_t> told_;  // by arrival: the position last told
  std::uint64_t last_seen_ = 0;
  std::size_t unseen_ = 0;  // how many, after last_seen_ and around, are to be looked at
};

}  // namespace berth::queue
