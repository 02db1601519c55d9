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

/// The right side of cmd's `NAME=`, on a line it reads from stdin: carets keep every character from
/// meaning anything. Line breaks, which cmd has no way to write, become spaces.
std::string quote_cmd(std::string_view text);

/// A path as one word of such a line. `path` has no double quotes; no Windows path has.
std::string quote_cmd_path(std::string_view path);

/// A PowerShell string that stands for exactly this UTF-8 text: in single quotes. It takes
/// typographic quotes for quotes too.
std::string quote_powershell(std::string_view text);

}  // namespace berth::shells
