#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace berth::bridge {

/// Growing pauses between attempts: each twice the one before, with the upper half left to chance
/// so that the bridges of one machine do not come back in step. One thread.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest, unsigned seed)
      : first_(first), longest_(longest), next_(first), random_(seed) {}

  std::chrono::milliseconds next() {
    const auto whole = std::exchange(next_, std::min(next_ * 2, longest_)).count();
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::chrono::milliseconds::rep>(whole / 2, whole)(random_));
  }
  void reset() { next_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace berth::bridge
