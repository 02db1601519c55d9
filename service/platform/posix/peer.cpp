#include "service/platform/peer.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "service/platform/posix/user_entry.h"

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
  const auto user = user_entry(uid);
  if (!user) return false;
  if (user->group == found_group->gr_gid) return true;
  for (char** member = found_group->gr_mem; *member != nullptr; ++member) {
    if (*member == user->name) return true;
  }
  return false;
}

}  // namespace berth::platform
