#include "service/platform/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "service/platform/paths.h"
#include "service/platform/posix/errno_error.h"

namespace berth::platform {
namespace {

constexpr std::size_t kMaxLockNote = 200;

}  // namespace

core::Error errno_error(std::string_view doing, std::string_view what, int number) {
  core::ErrorCode code = core::ErrorCode::internal;
  if (number == ENOENT || number == ENOTDIR || number == ECONNREFUSED) {
    code = core::ErrorCode::not_found;
  }
  if (number == EACCES || number == EPERM) code = core::ErrorCode::permission_denied;
  if (number == EEXIST) code = core::ErrorCode::conflict;
  if (number == EMFILE || number == ENFILE || number == EAGAIN || number == ENOMEM) {
    code = core::ErrorCode::limit_exceeded;
  }
  if (number == ENOSPC || number == EIO || number == EDQUOT || number == EROFS) {
    code = core::ErrorCode::storage_failed;
  }
  return {code,
          fmt::format("{}{}{}: {}", doing, what.empty() ? "" : " ", what,
                      std::generic_category().message(number)),
          {},
          std::nullopt};
}

core::Result<FolderOwner> folder_owner(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return core::fail(errno_error("looking at", path));
  if (!S_ISDIR(status.st_mode)) {
    return core::fail(core::ErrorCode::conflict, fmt::format("{} is not a folder", path));
  }
  return FolderOwner{status.st_uid, (status.st_mode & (S_IWGRP | S_IWOTH)) != 0};
}

core::Result<FileStatus> file_status(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return core::fail(errno_error("looking at", path));
  return FileStatus{status.st_mode & 07777U, status.st_uid, S_ISREG(status.st_mode)};
}

core::Result<std::string> file_identity(const std::string& path) {
  struct statx status {};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0) {
    return core::fail(errno_error("looking at", path));
  }
  std::string identity =
      fmt::format("{}:{}:{}", status.stx_dev_major, status.stx_dev_minor, status.stx_ino);
  // The number of a file that is gone is soon given to a new one; not every file system has this.
  if ((status.stx_mask & STATX_BTIME) != 0) {
    identity += fmt::format(":{}.{:09}", status.stx_btime.tv_sec, status.stx_btime.tv_nsec);
  }
  return identity;
}

core::Result<void> check_enterable(const std::string& path) {
  if (access((path + "/.").c_str(), X_OK) == 0) return {};
  // Asked of a file by a user who may not execute it, the answer is EACCES: look what it is.
  const int reason = errno;
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    return core::fail(core::ErrorCode::cwd_not_accessible,
                      fmt::format("{} is not a directory", path), "cwd");
  }
  return core::fail(core::ErrorCode::cwd_not_accessible,
                    fmt::format("directory {} can't be entered: {}", path,
                                std::generic_category().message(reason)),
                    "cwd");
}

core::Result<void> make_private_folder(const std::string& path, unsigned mode) {
  std::error_code error;
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) {
    return core::fail(errno_error("creating folder", parent.string(), error.value()));
  }
  if (mkdir(path.c_str(), static_cast<mode_t>(mode)) == 0) return {};
  if (errno != EEXIST) return core::fail(errno_error("creating folder", path));
  const auto owner = folder_owner(path);
  if (!owner) return core::fail(owner.error());
  if (owner->uid != geteuid()) {
    return core::fail(core::ErrorCode::permission_denied,
                      fmt::format("{} belongs to another user (uid {})", path, owner->uid));
  }
  if (owner->writable_by_others) {
    return core::fail(core::ErrorCode::permission_denied,
                      fmt::format("{} may be written by other users; chmod go-w it", path));
  }
  return {};
}

core::Result<std::string> read_file(const std::string& path, std::size_t limit) {
  auto file = open_for_reading(path);
  if (!file) return core::fail(file.error());
  const auto size = file_size(file->get());
  if (!size) return core::fail(size.error());
  if (*size > limit) {
    return core::fail(core::ErrorCode::too_large,
                      fmt::format("{} has {} bytes, at most {} are read", path, *size, limit));
  }
  std::string text;
  while (text.size() <= limit) {  // files in /proc report no size: read to the end
    auto part = read_range(file->get(), text.size(), 64 * 1024);
    if (!part) {
      part.error().message = fmt::format("{}: {}", path, part.error().message);
      return core::fail(std::move(part.error()));
    }
    if (part->empty()) break;
    text += *part;
  }
  return text;
}

namespace {

core::Result<void> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return core::fail(errno_error("writing", path));
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

core::Result<void> write_file_atomically(const std::string& path, std::string_view text,
                                         unsigned mode) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  unlink(temporary.c_str());
  const Descriptor file(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!file) return core::fail(errno_error("creating", temporary));
  auto result = write_all(file.get(), text, temporary);
  if (result && fchmod(file.get(), static_cast<mode_t>(mode)) != 0) {
    result = core::fail(errno_error("setting the mode of", temporary));
  }
  if (result && fsync(file.get()) != 0) result = core::fail(errno_error("syncing", temporary));
  if (result && rename(temporary.c_str(), path.c_str()) != 0) {
    result = core::fail(errno_error("replacing", path));
  }
  if (!result) unlink(temporary.c_str());
  return result;
}

core::Result<void> empty_file(int fd) {
  if (ftruncate(fd, 0) != 0) return core::fail(errno_error("emptying", "a file"));
  return {};
}

core::Result<void> overwrite_file(const std::string& path, std::string_view text) {
  // Cut to its length last: ext4 writes a file that was emptied to the disk when it is closed
  // (auto_da_alloc), which takes 20 times as long as this.
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return core::fail(errno_error("writing", path));
  if (auto written = write_all(file.get(), text, path); !written) return written;
  if (ftruncate(file.get(), static_cast<off_t>(text.size())) != 0) {
    return core::fail(errno_error("writing", path));
  }
  return {};
}

core::Result<void> ensure_private_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file || fchmod(file.get(), 0600) != 0) return core::fail(errno_error("creating", path));
  return {};
}

core::Result<void> move_file(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return core::fail(errno_error("moving", from));
  return {};
}

core::Result<void> remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return core::fail(errno_error("removing", path));
  }
  return {};
}

std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (entry->is_directory(gone)) names.push_back(entry->path().filename().string());
  }
  return names;
}

core::Result<void> remove_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return core::fail(errno_error("removing", path, error.value()));
  return {};
}

core::Result<Descriptor> lock_file(const std::string& path, std::string_view note) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return core::fail(errno_error("opening", path));
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return core::fail(errno_error("locking", path));
    const int holder = lock_holder(path).pid;
    return core::fail(core::ErrorCode::conflict,
                      fmt::format("{} is held by another process (pid {})", path,
                                  holder > 0 ? std::to_string(holder) : "unknown"));
  }
  const std::string record = fmt::format("{}\n{}", getpid(), note.substr(0, kMaxLockNote));
  if (ftruncate(file.get(), 0) != 0) return core::fail(errno_error("writing", path));
  if (pwrite(file.get(), record.data(), record.size(), 0) < 0) {
    return core::fail(errno_error("writing", path));
  }
  return file;
}

LockHolder lock_holder(const std::string& path) {
  const std::string record = read_file(path, kMaxLockNote + 32).value_or("");
  const std::size_t end = std::min(record.find('\n'), record.size());
  LockHolder holder;
  std::from_chars(record.data(), record.data() + end, holder.pid);
  if (end < record.size()) holder.note = record.substr(end + 1);
  return holder;
}

core::Result<Descriptor> create_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return core::fail(errno_error("creating", path));
  return file;
}

core::Result<Descriptor> nameless_file() {
  Descriptor file(memfd_create("berth", MFD_CLOEXEC));
  if (!file) return core::fail(errno_error("creating", "a file in memory"));
  return file;
}

core::Result<Descriptor> open_for_reading(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return core::fail(errno_error("opening", path));
  return file;
}

core::Result<Descriptor> open_for_appending(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return core::fail(errno_error("opening", path));
  return file;
}

core::Result<std::string> read_range(int fd, std::uint64_t offset, std::size_t length) {
  std::string text(length, '\0');
  std::size_t have = 0;
  while (have < length) {
    const ssize_t count =
        pread(fd, text.data() + have, length - have, static_cast<off_t>(offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return core::fail(errno_error("reading a file"));
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  text.resize(have);
  return text;
}

core::Result<std::uint64_t> file_size(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return core::fail(errno_error("looking at a file"));
  return static_cast<std::uint64_t>(status.st_size);
}

core::Result<Descriptor> duplicate(const Descriptor& descriptor) {
  Descriptor copy(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) return core::fail(errno_error("duplicating a descriptor"));
  return copy;
}

}  // namespace berth::platform
