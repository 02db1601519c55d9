#include "service/install/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "service/core/text.h"
#include "service/install/text_place.h"

namespace berth::install {
namespace {

constexpr std::size_t kContext = 3;
/// Of a line that is shown, in bytes: a configuration on one line can have megabytes.
constexpr std::size_t kLongLine = 240;
constexpr std::size_t kAroundChange = 60;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

/// How much of two sequences is the same at their beginning, at most `limit`.
template <class Sequence>
std::size_t common_prefix(const Sequence& a, const Sequence& b, std::size_t limit) {
  const auto length = static_cast<std::ptrdiff_t>(std::min({a.size(), b.size(), limit}));
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + length, b.begin()).first -
                                  a.begin());
}

template <class Sequence>
std::size_t common_suffix(const Sequence& a, const Sequence& b, std::size_t limit) {
  const auto length = static_cast<std::ptrdiff_t>(std::min({a.size(), b.size(), limit}));
  return static_cast<std::size_t>(std::mismatch(a.rbegin(), a.rbegin() + length, b.rbegin()).first -
                                  a.rbegin());
}

std::size_t shortest(const std::string_view& a, const std::string_view& b) {
  return std::min(a.size(), b.size());
}

/// The part of a line that is worth showing, `changed` being what changes in it.
std::string shown(std::string_view line, Span changed) {
  const bool has_end = line.ends_with('\n');
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  std::string before;
  std::string after;
  if (line.size() > kLongLine) {
    changed.end = std::clamp(changed.end, changed.begin, changed.begin + kLongLine);
    const std::size_t end = std::min(line.size(), changed.end + kAroundChange);
    const std::size_t begin =
        std::min(changed.begin, end) - std::min({changed.begin, end, kAroundChange});
    if (end < line.size()) after = " …";
    if (begin > 0) before = "… ";
    line = line.substr(begin, end - begin);
  }
  return fmt::format("{}{}{}\n{}", before, core::to_readable_text(line), after,
                     has_end ? "" : "\\ No newline at end of file\n");
}

/// `12,3` as a piece's place: line 0 stands before the first one.
std::string range(std::size_t first, std::size_t count) {
  return fmt::format("{},{}", count == 0 ? first : first + 1, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after) {
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  const std::size_t head = common_prefix(old_lines, new_lines, shorter);
  const std::size_t tail = common_suffix(old_lines, new_lines, shorter - head);
  const std::size_t old_end = old_lines.size() - tail;
  const std::size_t new_end = new_lines.size() - tail;
  const std::size_t first = head - std::min(head, kContext);
  const std::size_t behind = std::min(tail, kContext);

  std::string out =
      fmt::format("--- {}\n+++ {}\n@@ -{} +{} @@\n", name_before, name_after,
                  range(first, old_end + behind - first), range(first, new_end + behind - first));
  const auto add = [&](char sign, std::string_view line, std::string_view other) {
    const std::size_t same_head = common_prefix(line, other, shortest(line, other));
    const std::size_t same_tail = common_suffix(line, other, shortest(line, other) - same_head);
    out += fmt::format("{}{}", sign, shown(line, {same_head, line.size() - same_tail}));
  };
  const std::string_view first_old = head < old_end ? old_lines[head] : std::string_view();
  const std::string_view first_new = head < new_end ? new_lines[head] : std::string_view();
  for (std::size_t i = first; i < head; ++i) add(' ', old_lines[i], "");
  for (std::size_t i = head; i < old_end; ++i) add('-', old_lines[i], first_new);
  for (std::size_t i = head; i < new_end; ++i) add('+', new_lines[i], first_old);
  for (std::size_t i = old_end; i < old_end + behind; ++i) add(' ', old_lines[i], "");
  return out;
}

}  // namespace berth::install
