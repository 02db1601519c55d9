#include "service/platform/input_wait.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <cstdlib>
#include <string>

#include "service/platform/files.h"

namespace berth::platform {
namespace {

constexpr std::size_t kMaxLine = 512;

FileIdentity identity(const struct stat& status) {
  if (S_ISCHR(status.st_mode)) return {status.st_rdev, 0};
  return {status.st_dev, status.st_ino};
}

bool has_open(int pid, std::uint64_t number, const FileIdentity& source) {
  struct stat status {};
  if (stat(fmt::format("/proc/{}/fd/{}", pid, number).c_str(), &status) != 0) return false;
  if (identity(status) == source) return true;
  const bool is_own_terminal = S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 0);
  return is_own_terminal && source.file == 0;
}

/// Calls that wait for any of several descriptors. Which ones stands in the process's memory; that
/// the file is its stdin is as much as is asked for.
bool waits_for_several(long call) {
  switch (call) {
#ifdef SYS_select
    case SYS_select:
#endif
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_pselect6:
    case SYS_ppoll:
      return true;
    default:
      return false;
  }
}

}  // namespace

FileIdentity identity_of(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 ? identity(status) : FileIdentity{};
}

InputWait waits_for_input(int pid, const FileIdentity& source) {
  // "number argument1 argument2 ...", or "running", or "-1 ..." outside a call. See proc(5).
  const auto line = read_file(fmt::format("/proc/{}/syscall", pid), kMaxLine);
  if (!line) return InputWait::unknown;
  char* rest = nullptr;
  const long call = std::strtol(line->c_str(), &rest, 10);
  if (rest == line->c_str()) return InputWait::no;
  if (call == SYS_read || call == SYS_readv) {
    const std::uint64_t number = std::strtoull(rest, nullptr, 16);
    return has_open(pid, number, source) ? InputWait::yes : InputWait::no;
  }
  return waits_for_several(call) && has_open(pid, 0, source) ? InputWait::yes : InputWait::no;
}

}  // namespace berth::platform
