#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/control/commands.h"

namespace berth::control {

core::Result<void> only_members(const core::JsonObject& message,
                                std::initializer_list<std::string_view> known) {
  for (const core::JsonMember& member : message.members()) {
    if (member.key == "id" || member.key == "command" ||
        std::ranges::find(known, member.key) != known.end()) {
      continue;
    }
    return core::fail(
        core::ErrorCode::invalid_argument,
        known.size() == 0
            ? fmt::format("{} is not known; this command takes nothing", member.key)
            : fmt::format("{} is not known; there are {}", member.key, fmt::join(known, ", ")),
        member.key);
  }
  return {};
}

}  // namespace berth::control
