#pragma once

#include <cstdint>

namespace berth::platform {

/// Which file a descriptor has open, whatever its number and its process.
struct FileIdentity {
  std::uint64_t device = 0;  ///< of a device file: which device it is
  std::uint64_t file = 0;    ///< 0 for a device file
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

FileIdentity identity_of(int fd);

enum class InputWait {
  no,
  yes,      ///< it waits in a read of that file, or for that file to become readable
  unknown,  ///< its state may not be read
};

/// Whether a process is waiting for input from `source` at this moment. A terminal is recognised
/// also when it was opened as `/dev/tty`.
InputWait waits_for_input(int pid, const FileIdentity& source);

}  // namespace berth::platform
