#include "service/core/session.h"

#include <array>

#include "service/core/words.h"

namespace berth::core {
namespace {

constexpr std::array<std::string_view, 5> kStates{"starting", "ready", "busy", "restarting",
                                                  "ended"};

}  // namespace

std::string_view to_string(SessionState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::optional<SessionState> parse_session_state(std::string_view text) {
  return parse_word<SessionState>(kStates, text);
}

std::span<const std::string_view> session_states() {
  return kStates;
}

std::span<const std::string_view> connection_states() {
  static constexpr std::array<std::string_view, 2> kOpenOrClosed{"open", "closed"};
  return kOpenOrClosed;
}

}  // namespace berth::core
