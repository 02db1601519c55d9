#pragma once

#include <functional>
#include <string>
#include <utility>

namespace berth::core {

/// Lets whoever asked for something that may wait say that it is no longer wanted. Shared between
/// the asker and the one who works; one thread (the core loop).
class Cancellation {
 public:
  bool cancelled() const { return cancelled_; }
  const std::string& reason() const { return reason_; }

  void cancel(std::string reason) {
    if (cancelled_) return;
    cancelled_ = true;
    reason_ = std::move(reason);
    if (const auto callback = std::exchange(on_cancel_, nullptr)) callback();
  }

  /// Called once, at once if it is cancelled already. Replaces an earlier callback.
  void on_cancel(std::function<void()> callback) {
    if (cancelled_) {
      if (callback) callback();
    } else {
      on_cancel_ = std::move(callback);
    }
  }

 private:
  bool cancelled_ = false;
  std::string reason_;
  std::function<void()> on_cancel_;
};

}  // namespace berth::core
