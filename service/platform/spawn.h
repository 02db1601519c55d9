#pragma once

#include <string>
#include <utility>
#include <vector>

#include "service/core/error.h"
#include "service/platform/descriptor.h"

namespace berth::platform {

struct SpawnOptions {
  std::string program;                   ///< path, or a name searched in PATH
  std::vector<std::string> arguments;    ///< without the program's name
  std::vector<std::string> environment;  ///< `NAME=value`, complete
  std::string directory;                 ///< empty = the caller's
  /// Descriptors of the child: {ours, its number}. Numbers 0–2 not named here are /dev/null; every
  /// other descriptor is closed.
  std::vector<std::pair<int, int>> descriptors;
  bool new_session = true;  ///< setsid: away from the caller's terminal and process group
  /// Path of a terminal (see tty.h) that becomes the new session's; the child holds no descriptor
  /// of it. Empty = none.
  std::string controlling_terminal;
};

/// A started child. The pidfd is readable once it has ended; reap() then gives its status.
struct Child {
  int pid = -1;
  Descriptor pidfd;
};

struct ExitStatus {
  int exit_code = 0;  ///< valid if signal is 0
  int signal = 0;
};

/// Starts a program by posix_spawn (vfork semantics: 1.2 ms also from a large parent) with an empty
/// signal mask and default dispositions. not_found names a missing program or directory.
core::Result<Child> spawn(const SpawnOptions& options);

/// Collects an ended child; nothing to collect is an error.
core::Result<ExitStatus> reap(int pid);

/// `SIGKILL` for 9.
std::string signal_name(int signal);

/// This process's own environment as `NAME=value`.
std::vector<std::string> current_environment();

}  // namespace berth::platform
