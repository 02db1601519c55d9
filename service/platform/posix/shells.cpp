#include "service/platform/shells.h"

#include "service/core/shells.h"

namespace berth::platform {

std::span<const std::string_view> offered_shells() {
  return core::kPosixShells;
}

}  // namespace berth::platform
