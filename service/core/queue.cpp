#include "service/core/queue.h"

#include <array>

namespace berth::core {
namespace {

constexpr std::array<std::string_view, 4> kStates{"queued", "ready", "cancelled", "expired"};

}  // namespace

std::span<const std::string_view> request_states() {
  return kStates;
}

std::string_view to_string(RequestState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<RequestState> parse_request_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == text) return static_cast<RequestState>(i);
  }
  return std::nullopt;
}

}  // namespace berth::core
