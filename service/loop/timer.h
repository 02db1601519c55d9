#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "service/loop/loop.h"

namespace berth::loop {

/// A one-shot or repeating timer. Destroying it cancels it. Loop thread.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Calls `on_time` once, `after` from now. Restarts a running timer. The callback may destroy the
  /// timer.
  void start(std::chrono::milliseconds after, std::function<void()> on_time);
  void start_repeating(std::chrono::milliseconds every, std::function<void()> on_time);
  void cancel();
  bool active() const;

 private:
  struct Handle;
  Handle* handle_;  // deletes itself once libuv has closed it
};

}  // namespace berth::loop
