#pragma once

#include <array>
#include <string_view>

namespace berth::core {

/// Names that a session's shell can have: those of the dialects in service/shells, which this side
/// of the host protocol does not see. Which of them a platform offers: platform::offered_shells().
inline constexpr std::array<std::string_view, 3> kPosixShells{"bash", "sh", "zsh"};
inline constexpr std::array<std::string_view, 3> kWindowsShells{"powershell", "pwsh", "cmd"};

}  // namespace berth::core
