#include "service/install/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "service/core/time.h"
#include "service/platform/files.h"
#include "service/platform/peer.h"

namespace berth::install {
namespace {

namespace fs = std::filesystem;
using core::ErrorCode;

constexpr std::string_view kBackupMark = ".berth-backup-";
constexpr int kMaxLinks = 40;
constexpr unsigned kOwnerMayWrite = 0200;

core::Result<std::string> follow_links(const std::string& path) {
  std::error_code error;
  fs::path target = fs::absolute(path, error);
  for (int links = 0; fs::is_symlink(target, error); ++links) {
    if (links == kMaxLinks) {
      return core::fail(ErrorCode::conflict, fmt::format("{}: too many links", path));
    }
    const fs::path next = fs::read_symlink(target, error);
    if (error) return core::fail(ErrorCode::internal, fmt::format("{}: {}", path, error.message()));
    // Not made shorter: `..` behind a linked folder leads elsewhere than it reads.
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return target.string();
}

/// `20261121T093000.125Z`: sorted by name they are sorted by time.
std::string time_mark() {
  std::string mark = core::to_rfc3339(core::SystemClock().now());
  std::erase_if(mark, [](char c) { return c == '-' || c == ':'; });
  return mark;
}

/// The file must be as it was read: its client may write it at any time, too.
core::Result<void> check_unchanged(const ConfigFile& file) {
  const auto now = platform::read_file(file.target);
  const bool same = now ? file.exists && *now == file.text
                        : !file.exists && now.error().code == ErrorCode::not_found;
  if (same) return {};
  return core::fail(ErrorCode::conflict,
                    fmt::format("{} has changed meanwhile; nothing is written", file.path));
}

}  // namespace

core::Result<ConfigFile> read_config(const std::string& path) {
  const auto target = follow_links(path);
  if (!target) return core::fail(target.error());
  ConfigFile file{path, *target, false, "", 0600};
  const auto status = platform::file_status(file.target);
  if (!status && status.error().code == ErrorCode::not_found) return file;
  if (!status) return core::fail(status.error());
  if (!status->regular) {
    return core::fail(ErrorCode::conflict, fmt::format("{} is not a file", path));
  }
  if (status->uid != platform::current_uid()) {
    return core::fail(ErrorCode::permission_denied,
                      fmt::format("{} belongs to another user (uid {})", path, status->uid));
  }
  if ((status->mode & kOwnerMayWrite) == 0) {
    return core::fail(ErrorCode::permission_denied, fmt::format("{} is read-only", path));
  }
  auto text = platform::read_file(file.target);
  if (!text) return core::fail(text.error());
  file.exists = true;
  file.text = std::move(*text);
  file.mode = status->mode & 0777U;
  return file;
}

std::vector<std::string> backups_of(const ConfigFile& file) {
  const fs::path target(file.target);
  const std::string prefix = target.filename().string() + std::string(kBackupMark);
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(target.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) {
      found.push_back(entry->path().string());
    }
  }
  std::ranges::sort(found, std::greater<>());
  return found;
}

core::Result<std::optional<std::string>> write_config(const ConfigFile& file,
                                                      const std::string& after) {
  if (const auto unchanged = check_unchanged(file); !unchanged) {
    return core::fail(unchanged.error());
  }
  std::optional<std::string> backup;
  if (file.exists) {
    backup = fmt::format("{}{}{}", file.target, kBackupMark, time_mark());
    const auto kept = platform::write_file_atomically(*backup, file.text, file.mode);
    if (!kept) return core::fail(kept.error());
  } else {
    std::error_code error;
    const fs::path folder = fs::path(file.target).parent_path();
    fs::create_directories(folder, error);
    if (error) {
      return core::fail(ErrorCode::storage_failed,
                        fmt::format("creating folder {}: {}", folder.string(), error.message()));
    }
  }
  const auto written = platform::write_file_atomically(file.target, after, file.mode);
  if (!written) return core::fail(written.error());
  return backup;
}

}  // namespace berth::install
