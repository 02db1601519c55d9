#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::install {

/// A piece of a text, by bytes.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// The length of a text's byte order mark: 3 or 0.
std::size_t byte_order_mark(std::string_view text);

/// `LINE:COLUMN` of a byte as editors count them: from 1, in characters, without the byte order
/// mark.
std::string place_of(std::string_view text, std::size_t offset);

/// The byte at a line and column; the text's end if it is not that long.
std::size_t offset_of(std::string_view text, std::size_t line, std::size_t column);

/// Where the line that holds a byte begins.
std::size_t line_begin(std::string_view text, std::size_t offset);
/// Where the next line begins; the text's end if there is none.
std::size_t line_end(std::string_view text, std::size_t offset);

/// How the text ends its lines: CRLF if its first line does, else LF.
std::string line_break_of(std::string_view text);

}  // namespace berth::install
