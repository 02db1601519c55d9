#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "service/platform/process.h"

namespace berth::ctl {

/// Looks every few milliseconds whether `condition` has come true; false once `limit` is over or
/// the user wants to end this program. For a command line that has nothing else to do.
inline bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds kLook{5};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    if (platform::termination_was_requested()) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace berth::ctl
