#include "service/platform/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "service/platform/posix/errno_error.h"

namespace berth::platform {

void Descriptor::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

bool has_hung_up(int fd) {
  pollfd entry{fd, POLLRDHUP, 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0;
}

bool has_lost_reader(int fd) {
  pollfd entry{fd, 0, 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLERR)) != 0;
}

core::Result<Descriptor> duplicate(int fd) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return core::fail(errno_error("duplicating a descriptor"));
  return Descriptor(copy);
}

core::Result<std::pair<Descriptor, Descriptor>> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return core::fail(errno_error("creating a socket pair"));
  }
  return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

namespace {

/// An address, and what has to stay open while it is used.
struct LocalAddress {
  sockaddr_un address{};
  Descriptor folder;

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&address); }
};

/// sockaddr_un holds 107 bytes. A longer path is reached through a descriptor of its folder, so
/// that a data folder may be as deep as its owner likes.
core::Result<LocalAddress> local_address(const std::string& path) {
  LocalAddress local;
  local.address.sun_family = AF_UNIX;
  std::string usable = path;
  const std::size_t slash = path.rfind('/');
  if (path.size() >= sizeof local.address.sun_path && slash != std::string::npos) {
    const std::string folder = path.substr(0, slash + 1);
    local.folder = Descriptor(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!local.folder) return core::fail(errno_error("opening", folder));
    usable = fmt::format("/proc/self/fd/{}{}", local.folder.get(), path.substr(slash));
  }
  if (usable.size() >= sizeof local.address.sun_path) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("{} is too long a name for a Unix socket", path));
  }
  std::memcpy(local.address.sun_path, usable.data(), usable.size());
  return local;
}

}  // namespace

core::Result<Descriptor> listen_local(const std::string& path) {
  const auto address = local_address(path);
  if (!address) return core::fail(address.error());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return core::fail(errno_error("creating a socket"));
  unlink(path.c_str());
  if (bind(socket.get(), address->raw(), sizeof address->address) != 0 ||
      chmod(path.c_str(), 0600) != 0 || listen(socket.get(), 16) != 0) {
    return core::fail(errno_error("listening on", path));
  }
  return socket;
}

core::Result<Descriptor> connect_local(const std::string& path) {
  const auto address = local_address(path);
  if (!address) return core::fail(address.error());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return core::fail(errno_error("creating a socket"));
  if (connect(socket.get(), address->raw(), sizeof address->address) != 0) {
    return core::fail(errno_error("connecting to", path));
  }
  return socket;
}

core::Result<std::optional<Descriptor>> accept_local(int listening) {
  int fd = -1;
  do {
    fd = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (fd >= 0) return Descriptor(fd);
  if (errno == EAGAIN) return std::nullopt;
  return core::fail(errno_error("accepting a connection"));
}

namespace {

constexpr std::size_t kMaxDescriptors = 16;
constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(int) * kMaxDescriptors);

}  // namespace

core::Result<Received> receive_with_descriptors(int socket, std::span<char> buffer) {
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) std::array<char, kControlSize> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t count = 0;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  Received received;
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) return core::fail(errno_error("receiving"));
    received.would_block = true;
    return received;
  }
  received.bytes = static_cast<std::size_t>(count);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t descriptors = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < descriptors; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      received.descriptors.emplace_back(fd);
    }
  }
  return received;
}

core::Result<std::size_t> send_with_descriptors(int socket, std::string_view bytes,
                                                std::span<const Descriptor> descriptors) {
  if (descriptors.size() > kMaxDescriptors) {
    return core::fail(core::ErrorCode::internal, "more than 16 descriptors in one message");
  }
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, kControlSize> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      const int fd = descriptors[i].get();
      std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(int));
    }
  }
  ssize_t count = 0;
  do {
    count = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    return core::fail(errno_error("sending"));
  }
  return static_cast<std::size_t>(count);
}

}  // namespace berth::platform
