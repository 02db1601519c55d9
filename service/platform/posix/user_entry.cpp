#include "service/platform/posix/user_entry.h"

#include <pwd.h>

#include <vector>

namespace berth::platform {
namespace {

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

std::optional<UserEntry> user_entry(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 * 1024);
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return UserEntry{text_or_empty(entry.pw_name), entry.pw_gid, text_or_empty(entry.pw_dir),
                   text_or_empty(entry.pw_shell)};
}

}  // namespace berth::platform
