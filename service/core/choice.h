#pragma once

#include <span>
#include <string_view>

#include "service/core/error.h"

namespace berth::core {

/// invalid_argument, with what there is to choose from, unless `value` is one of `choices` or empty
/// (nothing was chosen): a filter that can't match anything is a mistake.
Result<void> check_choice(std::string_view value, std::span<const std::string_view> choices,
                          std::string_view field);

}  // namespace berth::core
