#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace berth::core {

/// The value that a word stands for: its place among `words`, which are in the enum's order.
template <class Enum, std::size_t Size>
std::optional<Enum> parse_word(const std::array<std::string_view, Size>& words,
                               std::string_view text) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace berth::core
