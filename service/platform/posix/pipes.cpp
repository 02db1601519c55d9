#include "service/platform/pipes.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "service/platform/posix/errno_error.h"

namespace berth::platform {
namespace {

core::Result<Descriptor> open_fifo(const std::string& path, int flags) {
  Descriptor fifo(open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!fifo) return core::fail(errno_error("opening", path));
  return fifo;
}

core::Result<PipeRead> outcome(ssize_t count, std::string_view doing) {
  PipeRead read;
  if (count > 0) {
    read.bytes = static_cast<std::size_t>(count);
  } else if (count == 0) {
    read.ended = true;
  } else if (errno == EAGAIN) {
    read.would_block = true;
  } else if (errno == EINVAL) {
    return core::fail(core::ErrorCode::unsupported, "the file takes no bytes from a pipe directly");
  } else {
    return core::fail(errno_error(doing));
  }
  return read;
}

}  // namespace

core::Result<std::pair<Descriptor, Descriptor>> pipe_pair() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return core::fail(errno_error("creating a pipe"));
  return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

core::Result<void> make_fifo(const std::string& path) {
  if (mkfifo(path.c_str(), 0600) != 0) return core::fail(errno_error("creating", path));
  return {};
}

core::Result<Descriptor> open_fifo_for_reading(const std::string& path) {
  return open_fifo(path, O_RDONLY);
}

core::Result<Descriptor> open_fifo_for_both(const std::string& path) {
  return open_fifo(path, O_RDWR);
}

std::size_t bytes_waiting(int pipe) {
  int count = 0;
  return ioctl(pipe, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

void enlarge_pipe(int pipe, std::size_t bytes) {
  fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(bytes));
}

core::Result<PipeRead> read_pipe(int pipe, std::span<char> buffer) {
  ssize_t count = 0;
  do {
    count = read(pipe, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  return outcome(count, "reading a pipe");
}

core::Result<PipeRead> move_to_file(int pipe, int file, std::uint64_t offset, std::size_t length) {
  ssize_t count = 0;
  do {
    auto position = static_cast<off64_t>(offset);
    count = splice(pipe, nullptr, file, &position, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  } while (count < 0 && errno == EINTR);
  return outcome(count, "writing output");
}

core::Result<void> write_at(int file, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return core::fail(errno_error("writing a file"));
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

core::Result<void> truncate_file(int file, std::uint64_t size) {
  if (ftruncate(file, static_cast<off_t>(size)) != 0) {
    return core::fail(errno_error("cutting a file"));
  }
  return {};
}

core::Result<std::size_t> write_pipe(int pipe, std::string_view bytes) {
  ssize_t count = 0;
  do {
    count = write(pipe, bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN) return std::size_t{0};
  return core::fail(errno_error("writing a pipe"));
}

}  // namespace berth::platform
