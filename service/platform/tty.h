#pragma once

#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/platform/descriptor.h"

namespace berth::platform {

struct TtySize {
  int rows = 24;
  int cols = 80;
};

/// Both ends of a pseudo-terminal, non-blocking and close-on-exec. Whoever holds `slave` keeps
/// `master` from being at its end while no process has the terminal open.
struct TtyPair {
  Descriptor master;
  Descriptor slave;
  std::string path;  ///< of the slave, for programs to open
};

core::Result<TtyPair> open_tty(TtySize size);

/// Sends SIGWINCH to the foreground processes.
core::Result<void> resize_tty(int master, TtySize size);

/// How a terminal treats its bytes (echo, line editing, ...), to be put back later. Opaque.
std::string tty_modes(int tty);

/// Puts modes back, drops input that nobody has read and lets stopped output go on.
void restore_tty(int tty, const std::string& modes);

/// It takes whole lines and does not show them: a password is being asked for.
bool hides_input(int tty);

/// The byte that ends input at the beginning of a line (Ctrl-D).
char end_of_input_byte(int tty);

/// Whether a person may be at the other end of a descriptor.
bool is_tty(int fd);

/// True if bytes could be read before `milliseconds` have passed; -1 waits for as long as it takes.
bool wait_readable(int fd, int milliseconds);

}  // namespace berth::platform
