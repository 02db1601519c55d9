#pragma once

#include <cstddef>

#include "service/core/time.h"
#include "service/queue/moving_average.h"

namespace berth::queue {

/// Learns how long requests wait, how fast slots come back and how wrong its own estimates were;
/// from that it says how long a wait will be. All averages are exponential, α = 0.1. Core loop.
///
/// The time between releases is learnt in *slot time* (the sum over slots of the time each was in
/// use), because the plain time would be long after an idle night and would be wrong as soon as
/// another number of slots is in use. With n in use, a slot comes back every slot time / n.
class Estimator {
 public:
  explicit Estimator(core::Instant now) : since_(now) {}

  /// So many slots are in use from now on.
  void in_use_changed(core::Instant now, std::size_t in_use);
  /// A slot came back. Before in_use_changed() for it.
  void released(core::Instant now);

  /// A request got its slot at once.
  void taken_at_once(bool sync);
  /// A request got its slot after `waited`, of which `estimated` had been said.
  void granted(bool sync, core::Milliseconds waited, core::Milliseconds estimated);

  /// How long until so many of `among` slots in use have come back. Never negative. Before the
  /// first release: as if a slot were kept for a second, or for as long as they already are. The
  /// latter also corrects the average when slots are suddenly kept longer.
  core::Milliseconds until_released(core::Instant now, std::size_t releases,
                                    std::size_t among) const;

  core::Milliseconds average_wait(
      bool sync) const;  ///< over all requests, also those served at once
  core::Milliseconds average_error(bool sync) const;  ///< |estimated - waited| of those that waited

 private:
  struct Class {
    MovingAverage wait;   // milliseconds
    MovingAverage error;  // milliseconds
  };

  double slot_time(core::Instant now) const;
  Class& of(bool sync) { return sync ? sync_ : async_; }
  const Class& of(bool sync) const { return sync ? sync_ : async_; }

  Class sync_;
  Class async_;
  MovingAverage slot_time_per_release_;  // milliseconds
  double slot_time_ = 0;                 // since the last release, up to since_; milliseconds
  core::Instant since_;                  // in_use_ slots have been in use since then
  std::size_t in_use_ = 0;
};

}  // namespace berth::queue
