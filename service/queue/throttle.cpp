#include "service/queue/throttle.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::queue {
namespace {

/// What stands over its pressure value, in words; nothing if nothing does.
std::optional<std::string> pressure_in(const LoadSample& sample, const ThrottleSettings& settings) {
  const auto& memory = settings.memory_available_ratio;
  if (sample.memory_available_ratio < memory.pressure) {
    return fmt::format("memory available {:.1f}% is below {:.1f}%",
                       sample.memory_available_ratio * 100, memory.pressure * 100);
  }
  const auto& stalled = settings.psi_memory_some_avg10;
  if (sample.psi_memory_some_avg10 > stalled.pressure) {
    return fmt::format("memory pressure {:.1f}% is above {:.1f}%", *sample.psi_memory_some_avg10,
                       stalled.pressure);
  }
  const auto& load = settings.cpu_load_ratio;
  if (sample.cpu_load_ratio > load.pressure) {
    return fmt::format("CPU load {:.2f} per CPU is above {:.2f}", sample.cpu_load_ratio,
                       load.pressure);
  }
  const auto& waiting = settings.psi_cpu_some_avg10;
  if (sample.psi_cpu_some_avg10 > waiting.pressure) {
    return fmt::format("CPU pressure {:.1f}% is above {:.1f}%", *sample.psi_cpu_some_avg10,
                       waiting.pressure);
  }
  return std::nullopt;
}

bool is_calm(const LoadSample& sample, const ThrottleSettings& settings) {
  return sample.memory_available_ratio >= settings.memory_available_ratio.calm &&
         sample.cpu_load_ratio <= settings.cpu_load_ratio.calm &&
         sample.psi_memory_some_avg10.value_or(0) <= settings.psi_memory_some_avg10.calm &&
         sample.psi_cpu_some_avg10.value_or(0) <= settings.psi_cpu_some_avg10.calm;
}

}  // namespace

Throttle::Throttle(std::size_t slots, ThrottleSettings settings)
    : slots_(slots), effective_(slots), settings_(settings) {}

std::optional<Throttle::Change> Throttle::decide(const LoadSample& sample, std::size_t in_use,
                                                 core::Instant now) {
  auto pressure = pressure_in(sample, settings_);
  if (!is_calm(sample, settings_)) {
    calm_since_.reset();
  } else if (!calm_since_) {
    calm_since_ = now;
  }
  if (last_step_ && now - *last_step_ < settings_.step_interval) return std::nullopt;
  if (pressure) {
    if (effective_ <= 1) return std::nullopt;
    const std::size_t all = slots_;
    const std::size_t lower = effective_ == all ? std::min(effective_ - 1, in_use) : effective_ - 1;
    return change_to(std::max<std::size_t>(lower, 1), std::move(*pressure), now);
  }
  if (!throttled() || !calm_since_ || now - *calm_since_ < settings_.calm_before_raise) {
    return std::nullopt;
  }
  return change_to(
      effective_ + 1,
      fmt::format("no pressure for {} s",
                  std::chrono::duration_cast<std::chrono::seconds>(now - *calm_since_).count()),
      now);
}

void Throttle::set_slots(std::size_t slots) {
  const std::size_t taken = slots_ - effective_;
  slots_ = slots;
  effective_ = slots > taken ? slots - taken : 1;
}

Throttle::Change Throttle::change_to(std::size_t to, std::string reason, core::Instant now) {
  last_step_ = now;
  return {std::exchange(effective_, to), to, std::move(reason)};
}

}  // namespace berth::queue
