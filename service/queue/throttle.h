#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "service/core/time.h"

namespace berth::queue {

/// How loaded the machine is.
struct LoadSample {
  double cpu_load_ratio = 0;          ///< one-minute load average for each CPU; 1 = all busy
  double memory_available_ratio = 1;  ///< 0..1 of the memory there is
  /// Share of the last 10 s, 0..100, in which something waited for the resource (Linux pressure
  /// stall information, Documentation/accounting/psi.rst). None where the system does not tell.
  std::optional<double> psi_cpu_some_avg10 = std::nullopt;
  std::optional<double> psi_memory_some_avg10 = std::nullopt;
};

/// Where pressure begins, and the calmer value at which it has passed: between the two nothing
/// changes, so that the number of slots does not swing.
struct ThrottleSettings {
  struct Band {
    double pressure;
    double calm;
  };

  // A build that uses all CPUs, or starts twice as many processes, is what the machine is for.
  Band cpu_load_ratio{4.0, 2.0};
  Band memory_available_ratio{0.08, 0.15};  ///< here less is worse
  Band psi_cpu_some_avg10{98.0, 85.0};
  Band psi_memory_some_avg10{20.0, 5.0};
  core::Milliseconds step_interval{10'000};  ///< PSI looks back 10 s: earlier it shows no effect
  core::Milliseconds calm_before_raise{30'000};
};

/// Decides how many slots there may be under the present load. It only decides: whoever samples
/// asks it, tells the queue and writes the event. Core loop.
///
/// Under pressure the number goes down one step at a time, not below one. The first step goes at
/// once to what is in use, if that is less than all: a limit that nobody has reached would relieve
/// nothing. Every further step is one slot, as is every step up once it has been calm for a while.
class Throttle {
 public:
  struct Change {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string reason;  ///< for people: `memory available 5% is below 8%`
  };

  /// `slots` is the configured number, at least 1.
  Throttle(std::size_t slots, ThrottleSettings settings);

  /// Call it regularly, a few times in each step_interval. A change is made once it is returned.
  std::optional<Change> decide(const LoadSample& sample, std::size_t in_use, core::Instant now);

  /// The configured number changed. What the load took away stays away.
  void set_slots(std::size_t slots);

  std::size_t effective() const { return effective_; }
  bool throttled() const { return effective_ < slots_; }

 private:
  Change change_to(std::size_t to, std::string reason, core::Instant now);

  std::size_t slots_;
  std::size_t effective_;
  ThrottleSettings settings_;
  std::optional<core::Instant> last_step_;
  std::optional<core::Instant> calm_since_;
};

}  // namespace berth::queue
