#include "service/platform/shells.h"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "service/core/shells.h"

namespace berth::platform {

std::span<const std::string_view> offered_shells() {
  return core::kPosixShells;
}

std::string login_shell() {
  std::array<char, 16'384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0) return {};
  return found != nullptr && found->pw_shell != nullptr ? found->pw_shell : "";
}

}  // namespace berth::platform
