#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace berth::platform {

/// Who is at the other end of a local socket, as the kernel says it.
struct PeerIdentity {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t pid = 0;
};

/// Nothing if `socket` is not a connected local socket.
std::optional<PeerIdentity> peer_identity(int socket);

/// The user this process runs as.
std::uint32_t current_uid();

/// True if the user belongs to the group of that name (primary or supplementary). Reads the user
/// database and may block.
bool is_in_group(std::uint32_t uid, const std::string& group);

}  // namespace berth::platform
