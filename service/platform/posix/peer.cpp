#include "service/platform/peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace berth::platform {

std::optional<PeerIdentity> peer_identity(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return std::nullopt;
  return PeerIdentity{credentials.uid, credentials.gid, credentials.pid};
}

std::uint32_t current_uid() {
  return geteuid();
}

bool is_in_group(std::uint32_t uid, const std::string& group) {
  std::vector<char> group_buffer(64 * 1024);
  struct group group_entry {};
  struct group* found_group = nullptr;
  if (getgrnam_r(group.c_str(), &group_entry, group_buffer.data(), group_buffer.size(),
                 &found_group) != 0 ||
      found_group == nullptr) {
    return false;
  }
  std::vector<char> user_buffer(16 * 1024);
  passwd user_entry{};
  passwd* found_user = nullptr;
  if (getpwuid_r(uid, &user_entry, user_buffer.data(), user_buffer.size(), &found_user) != 0 ||
      found_user == nullptr) {
    return false;
  }
  if (found_user->pw_gid == found_group->gr_gid) return true;
  for (char** member = found_group->gr_mem; *member != nullptr; ++member) {
    if (std::string(*member) == found_user->pw_name) return true;
  }
  return false;
}

}  // namespace berth::platform
