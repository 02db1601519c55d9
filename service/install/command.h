#pragma once

namespace berth::install {

/// Whether a program's arguments begin with `install` or `uninstall`.
bool is_install_command(int argc, const char* const* argv);

/// `berth-bridge install` and `uninstall`: what is done on stdout, what is wrong on stderr. The
/// exit status: 0 if the configuration is as wished or was only to be shown, 1 if it is not, 2 for
/// arguments that make no sense.
int run_install_command(int argc, const char* const* argv);

}  // namespace berth::install
