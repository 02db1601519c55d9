#include "service/core/queue.h"

#include <array>

#include "service/core/words.h"

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
  return parse_word<RequestState>(kStates, text);
}

}  // namespace berth::core
