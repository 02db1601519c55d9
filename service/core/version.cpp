#include "service/core/version.h"

#include <fmt/format.h>

#include "service/core/build_info.h"

namespace berth::core {

std::string_view version() {
  return BERTH_VERSION;
}

std::string_view commit() {
  return BERTH_COMMIT;
}

std::string version_line(std::string_view program) {
  return fmt::format("{} {} ({})", program, version(), commit());
}

}  // namespace berth::core
