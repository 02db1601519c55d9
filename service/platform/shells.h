#pragma once

#include <span>
#include <string>
#include <string_view>

namespace berth::platform {

/// The shells that sessions can have here, the default first. Whether one is installed shows when
/// it is started.
std::span<const std::string_view> offered_shells();

/// The path of the shell that this user logs in with; empty if the system has none for them.
std::string login_shell();

}  // namespace berth::platform
