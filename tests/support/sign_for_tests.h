#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>

namespace berth::mcp {

/// Not secret, but another text has another signature.
inline std::string sign_for_tests(std::string_view text) {
  return fmt::format("{:x}", std::hash<std::string_view>()(text));
}

}  // namespace berth::mcp
