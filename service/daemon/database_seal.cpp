#include "service/daemon/database_seal.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "service/platform/files.h"
#include "service/platform/process.h"

namespace berth::daemon {
namespace {

constexpr std::size_t kMaxBytes = 200;

// Both lines begin with the number of their form. Form 1, without one, vouched for more than it
// knew; like all that is not understood it means that nothing is known.
constexpr int kForm = 2;

/// Empty if it can't be told.
std::string identity_of(const std::string& database) {
  return platform::file_identity(database).value_or("");
}

std::optional<std::string> opened_line(const std::string& identity) {
  const std::string boot = platform::boot_id();
  if (boot.empty() || identity.empty()) return std::nullopt;
  return fmt::format("{} open in boot {} as file {}\n", kForm, boot, identity);
}

std::optional<std::string> closed_line(const std::string& database) {
  std::error_code error;
  // What a log has belongs to the database, and this line knows nothing of it.
  if (std::filesystem::exists(database + "-wal", error) || error) return std::nullopt;
  const auto size = std::filesystem::file_size(database, error);
  if (error) return std::nullopt;
  const auto time = std::filesystem::last_write_time(database, error);
  if (error) return std::nullopt;
  return fmt::format("{} closed with {} bytes at {}\n", kForm, size,
                     time.time_since_epoch().count());
}

}  // namespace

DatabaseSeal::DatabaseSeal(std::string database)
    : database_(std::move(database)), path_(database_ + ".seal") {}

bool DatabaseSeal::holds() const {
  std::error_code error;
  if (std::filesystem::file_size(database_, error) == 0) return true;
  const auto line = platform::read_file(path_, kMaxBytes);
  return line && (*line == opened_line(identity_of(database_)) || *line == closed_line(database_));
}

core::Result<void> DatabaseSeal::open() {
  const std::lock_guard lock(mutex_);
  opened_file_ = identity_of(database_);
  return write(dropped_ ? std::nullopt : opened_line(opened_file_));
}

bool DatabaseSeal::drop() {
  const std::lock_guard lock(mutex_);
  // A disk that fails may keep it; close() says so.
  static_cast<void>(write(std::nullopt));
  return !std::exchange(dropped_, true);
}

core::Result<void> DatabaseSeal::close() {
  const std::lock_guard lock(mutex_);
  const bool same_file = !opened_file_.empty() && identity_of(database_) == opened_file_;
  return write(same_file && !dropped_ ? closed_line(database_) : std::nullopt);
}

core::Result<void> DatabaseSeal::write(const std::optional<std::string>& line) const {
  return line ? platform::write_file_atomically(path_, *line, 0600) : platform::remove_file(path_);
}

}  // namespace berth::daemon
