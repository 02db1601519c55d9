#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace berth::platform {

/// What the system's user database knows of a user. Any thread.
struct UserEntry {
  std::string name;
  gid_t group = 0;
  std::string home;
  std::string shell;
};

/// Nothing if it knows none with this id, or can't be asked.
std::optional<UserEntry> user_entry(uid_t uid);

}  // namespace berth::platform
