#include "service/platform/temporary_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "service/platform/files.h"
#include "service/platform/paths.h"
#include "service/platform/posix/errno_error.h"

namespace berth::platform {
namespace {

constexpr std::string_view kRandomPart = "XXXXXX";

std::vector<std::string> parents() {
  std::vector<std::string> found;
  if (auto runtime = absolute_path_variable("XDG_RUNTIME_DIR")) {
    found.push_back(std::move(*runtime));
  }
  found.emplace_back("/tmp");
  return found;
}

Descriptor open_folder(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool is_abandoned(const Descriptor& folder, std::chrono::seconds age) {
  struct stat status {};
  if (!folder || fstat(folder.get(), &status) != 0 || status.st_uid != geteuid()) return false;
  return status.st_ctime + age.count() <= time(nullptr) &&
         flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

core::Result<TemporaryFolder> TemporaryFolder::create(std::string_view prefix) {
  core::Error error;
  for (const std::string& parent : parents()) {
    std::string path = fmt::format("{}/{}{}", parent, prefix, kRandomPart);
    if (mkdtemp(path.data()) == nullptr) {
      error = errno_error("creating a folder in", parent);
      continue;
    }
    Descriptor lock = open_folder(path);
    // A file system without locks keeps what is abandoned; that is all.
    if (lock) static_cast<void>(flock(lock.get(), LOCK_EX | LOCK_NB));
    return TemporaryFolder(std::move(path), std::move(lock));
  }
  return core::fail(error);
}

TemporaryFolder::TemporaryFolder(std::string path, Descriptor lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  // Nobody to tell if it fails; the next boot clears it.
  if (!path_.empty()) static_cast<void>(remove_folder(path_));
}

void remove_abandoned_folders(std::string_view prefix, std::chrono::seconds age) {
  for (const std::string& parent : parents()) {
    for (const std::string& name : folders_in(parent)) {
      if (!name.starts_with(prefix) || name.size() != prefix.size() + kRandomPart.size()) continue;
      const std::string path = fmt::format("{}/{}", parent, name);
      const Descriptor folder = open_folder(path);  // and its lock, until it is gone
      if (is_abandoned(folder, age)) static_cast<void>(remove_folder(path));
    }
  }
}

}  // namespace berth::platform
