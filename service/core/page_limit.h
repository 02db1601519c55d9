#pragma once

#include <cstddef>
#include <string_view>

#include "service/core/error.h"

namespace berth::core {

/// `limit`: how many records a page of a list has at most, 1 to 500. invalid_argument naming it.
Result<std::size_t> parse_page_limit(std::string_view text);

}  // namespace berth::core
