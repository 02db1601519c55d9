#pragma once

#include <compare>
#include <cstdint>

namespace berth::queue {

/// Where a request stands: class first (sync before async), then arrival. Arrival numbers are never
/// given twice, so no two requests stand at the same place.
struct ServingOrder {
  bool async = false;
  std::uint64_t arrival = 0;

  friend auto operator<=>(const ServingOrder&, const ServingOrder&) = default;
};

}  // namespace berth::queue
