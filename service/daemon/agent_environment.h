#pragma once

#include <string>
#include <vector>

namespace berth::daemon {

/// The environment that every terminal starts with: the service's own, without what is the
/// service's alone (its configuration, tokens, systemd's variables), and with what a shell without
/// a screen needs.
std::vector<std::string> agent_environment(const std::vector<std::string>& own);

/// The login shell of who has this environment: SHELL, else what the system knows of the user.
/// Empty for one who has none (nologin).
std::string login_shell(const std::vector<std::string>& environment);

/// The value of a variable in such a list; empty if it is not there.
std::string value_of(const std::vector<std::string>& environment, std::string_view name);

}  // namespace berth::daemon
