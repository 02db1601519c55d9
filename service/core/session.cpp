#include "service/core/session.h"

#include <array>

namespace berth::core {
namespace {

constexpr std::array<std::string_view, 5> kStates{"starting", "ready", "busy", "restarting",
                                                  "ended"};

}  // namespace

std::string_view to_string(SessionState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<SessionState> parse_session_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == text) return static_cast<SessionState>(i);
  }
  return std::nullopt;
}

std::span<const std::string_view> session_states() {
  return kStates;
}

}  // namespace berth::core
