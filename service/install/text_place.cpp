#include "service/install/text_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/core/text.h"

namespace berth::install {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::size_t byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

std::string place_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const auto line = std::ranges::count(text.substr(0, offset), '\n') + 1;
  std::size_t begin = line_begin(text, offset);
  if (begin == 0) begin = std::min(byte_order_mark(text), offset);
  const auto column = std::ranges::count_if(text.substr(begin, offset - begin),
                                            [](char c) { return !core::continues_character(c); }) +
                      1;
  return fmt::format("{}:{}", line, column);
}

std::size_t offset_of(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t at = byte_order_mark(text);
  for (; line > 1 && at < text.size(); --line) at = line_end(text, at);
  for (; column > 1 && at < text.size(); --column) {
    do {
      ++at;
    } while (at < text.size() && core::continues_character(text[at]));
  }
  return at;
}

std::size_t line_begin(std::string_view text, std::size_t offset) {
  if (offset == 0) return 0;
  const std::size_t before = text.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t line_end(std::string_view text, std::size_t offset) {
  const std::size_t end = text.find('\n', offset);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::string line_break_of(std::string_view text) {
  const std::size_t end = text.find('\n');
  const bool crlf = end != std::string_view::npos && end > 0 && text[end - 1] == '\r';
  return crlf ? "\r\n" : "\n";
}

}  // namespace berth::install
