#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "service/core/time.h"
#include "service/loop/timer.h"

namespace berth::execution {

/// Tells of changes at once, but never more often than once per interval; what comes meanwhile is
/// told at its end. Core loop.
class ResourceWatch {
 public:
  /// `told` may destroy the watch.
  ResourceWatch(loop::Loop& loop, core::Milliseconds interval, std::function<void()> told)
      : interval_(interval), told_(std::move(told)), pause_(loop) {}

  void changed() {
    if (pause_.active()) {
      again_ = true;
      return;
    }
    again_ = false;
    pause_.start(interval_, [this] {
      if (again_) changed();
    });
    const auto told = told_;
    told();
  }

  /// What makes changed() be called, to end with the watch.
  void hold(std::shared_ptr<void> observer) { observer_ = std::move(observer); }

 private:
  core::Milliseconds interval_;
  std::function<void()> told_;
  loop::Timer pause_;
  bool again_ = false;
  std::shared_ptr<void> observer_;
};

}  // namespace berth::execution
