#include "service/platform/shells.h"

#include <unistd.h>

#include "service/core/shells.h"
#include "service/platform/posix/user_entry.h"

namespace berth::platform {

std::span<const std::string_view> offered_shells() {
  return core::kPosixShells;
}

std::string login_shell() {
  const auto user = user_entry(geteuid());
  return user ? user->shell : "";
}

}  // namespace berth::platform
