#include "service/platform/tty.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "service/platform/posix/errno_error.h"

namespace berth::platform {
namespace {

winsize window(TtySize size) {
  const auto clamped = [](int value) {
    return static_cast<unsigned short>(
        std::clamp(value, 1, static_cast<int>(std::numeric_limits<unsigned short>::max())));
  };
  winsize window{};
  window.ws_row = clamped(size.rows);
  window.ws_col = clamped(size.cols);
  return window;
}

bool prepare(int fd) {
  return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0;
}

}  // namespace

core::Result<TtyPair> open_tty(TtySize size) {
  const winsize initial = window(size);
  int master = -1;
  int slave = -1;
  if (openpty(&master, &slave, nullptr, nullptr, &initial) != 0) {
    return core::fail(errno_error("opening a pseudo-terminal"));
  }
  TtyPair pair{Descriptor(master), Descriptor(slave), {}};
  std::array<char, 64> path{};
  if (ttyname_r(slave, path.data(), path.size()) != 0 || !prepare(master) || !prepare(slave)) {
    return core::fail(errno_error("opening a pseudo-terminal"));
  }
  pair.path = path.data();
  return pair;
}

core::Result<void> resize_tty(int master, TtySize size) {
  const winsize wanted = window(size);
  if (ioctl(master, TIOCSWINSZ, &wanted) != 0) {
    return core::fail(errno_error("resizing a pseudo-terminal"));
  }
  return {};
}

std::string tty_modes(int tty) {
  termios modes{};
  if (tcgetattr(tty, &modes) != 0) return {};
  std::string bytes(sizeof modes, '\0');
  std::memcpy(bytes.data(), &modes, sizeof modes);
  return bytes;
}

void restore_tty(int tty, const std::string& bytes) {
  termios modes{};
  if (bytes.size() == sizeof modes) {
    std::memcpy(&modes, bytes.data(), sizeof modes);
    tcsetattr(tty, TCSANOW, &modes);
  }
  tcflush(tty, TCIFLUSH);
  tcflow(tty, TCOON);
}

bool hides_input(int tty) {
  termios modes{};
  return tcgetattr(tty, &modes) == 0 && (modes.c_lflag & ICANON) != 0 &&
         (modes.c_lflag & ECHO) == 0;
}

char end_of_input_byte(int tty) {
  termios modes{};
  constexpr char kCtrlD = 4;
  return tcgetattr(tty, &modes) == 0 ? static_cast<char>(modes.c_cc[VEOF]) : kCtrlD;
}

bool is_tty(int fd) {
  return isatty(fd) == 1;
}

bool wait_readable(int fd, int milliseconds) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, milliseconds) > 0 && (entry.revents & POLLIN) != 0;
}

}  // namespace berth::platform
