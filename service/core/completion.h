#pragma once

#include <string>
#include <vector>

namespace berth::core {

/// Values that an argument may be completed to, the likeliest first; at most kMaxCompletions.
struct Completion {
  std::vector<std::string> values;
  bool has_more = false;
};

inline constexpr std::size_t kMaxCompletions = 100;

}  // namespace berth::core
