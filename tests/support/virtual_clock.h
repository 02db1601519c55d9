#pragma once

#include "service/core/time.h"

namespace berth::support {

/// Time that passes only when a test says so. Wall and monotonic clock go together.
class VirtualClock final : public core::Clock {
 public:
  core::Timestamp now() const override {
    return core::Timestamp(core::Milliseconds(1'700'000'000'000) + passed_);
  }
  core::Instant instant() const override { return core::Instant(passed_); }
  void advance(core::Milliseconds by) { passed_ += by; }

 private:
  core::Milliseconds passed_{3'600'000};  // a machine that has been up for an hour
};

}  // namespace berth::support
