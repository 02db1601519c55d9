#include "service/queue/estimator.h"

#include <algorithm>
#include <cmath>

namespace berth::queue {
namespace {

constexpr double kFirstGuess = 1'000.0;  // milliseconds a slot is kept, until it is known

core::Milliseconds rounded(double milliseconds) {
  return core::Milliseconds(std::llround(milliseconds));
}

}  // namespace

double Estimator::slot_time(core::Instant now) const {
  const std::chrono::duration<double, std::milli> passed = std::max(now, since_) - since_;
  return slot_time_ + passed.count() * static_cast<double>(in_use_);
}

void Estimator::in_use_changed(core::Instant now, std::size_t in_use) {
  slot_time_ = slot_time(now);
  since_ = std::max(now, since_);
  in_use_ = in_use;
}

void Estimator::released(core::Instant now) {
  slot_time_per_release_.add(slot_time(now));
  slot_time_ = 0;
  since_ = std::max(now, since_);
}

void Estimator::taken_at_once(bool sync) {
  of(sync).wait.add(0);
}

void Estimator::granted(bool sync, core::Milliseconds waited, core::Milliseconds estimated) {
  Class& served = of(sync);
  served.wait.add(static_cast<double>(waited.count()));
  served.error.add(std::abs(static_cast<double>((waited - estimated).count())));
}

core::Milliseconds Estimator::until_released(core::Instant now, std::size_t releases,
                                             std::size_t among) const {
  if (releases == 0) return core::Milliseconds(0);
  const auto slots = static_cast<double>(std::max<std::size_t>(among, 1));
  const double share =
      std::min(1.0, slots / static_cast<double>(std::max<std::size_t>(in_use_, 1)));
  const double usual =
      slot_time_per_release_.empty() ? kFirstGuess : slot_time_per_release_.value();
  const double first = std::max(usual, slot_time(now) * share);
  return rounded((first + usual * static_cast<double>(releases - 1)) / slots);
}

core::Milliseconds Estimator::average_wait(bool sync) const {
  return rounded(of(sync).wait.value());
}

core::Milliseconds Estimator::average_error(bool sync) const {
  return rounded(of(sync).error.value());
}

}  // namespace berth::queue
