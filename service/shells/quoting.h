#pragma once

#include <string>
#include <string_view>

namespace berth::shells {

/// One word of a POSIX shell that stands for exactly these bytes (no NUL): in single quotes.
std::string quote_posix(std::string_view text);

/// `NAME='value'` from `NAME=value`.
std::string quote_assignment(std::string_view entry);

/// True for `NAME=value` with a name that POSIX shells take and a value without NUL.
bool is_assignment(std::string_view entry);

}  // namespace berth::shells
