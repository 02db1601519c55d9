#include "service/core/choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "service/core/text.h"

namespace berth::core {

Result<void> check_choice(std::string_view value, std::span<const std::string_view> choices,
                          std::string_view field) {
  if (value.empty() || std::ranges::find(choices, value) != choices.end()) return {};
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} must be one of {}; it is \"{}\"", field, fmt::join(choices, ", "),
                          to_valid_utf8(value)),
              std::string(field));
}

}  // namespace berth::core
