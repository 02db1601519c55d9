#pragma once

#include <string>
#include <string_view>

#include "service/core/error.h"

namespace berth::core {

/// What a terminal sends for a key: `enter tab escape space backspace delete insert up down left
/// right home end pageup pagedown f1`..`f12`, `ctrl-a`..`ctrl-z`, `alt-x` for a letter or digit.
/// Sequences as of xterm in normal mode. invalid_argument (field `keys`) names one that is unknown.
Result<std::string> bytes_of_key(std::string_view name);

/// Several keys, separated by spaces.
Result<std::string> bytes_of_keys(std::string_view names);

}  // namespace berth::core
