#include "service/core/page_limit.h"

#include <charconv>

namespace berth::core {

Result<std::size_t> parse_page_limit(std::string_view text) {
  constexpr std::size_t kMaxLimit = 500;
  std::size_t limit = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit);
  if (error == std::errc() && stop == end && limit >= 1 && limit <= kMaxLimit) return limit;
  return fail(ErrorCode::invalid_argument, "limit must be between 1 and 500", "limit");
}

}  // namespace berth::core
