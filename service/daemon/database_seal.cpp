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

std::optional<std::string> opened_line() {
  const std::string boot = platform::boot_id();
  if (boot.empty()) return std::nullopt;
  return fmt::format("open in boot {}\n", boot);
}

std::optional<std::string> closed_line(const std::string& database) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database, error);
  if (error) return std::nullopt;
  const auto time = std::filesystem::last_write_time(database, error);
  if (error) return std::nullopt;
  return fmt::format("closed with {} bytes at {}\n", size, time.time_since_epoch().count());
}

}  // namespace

DatabaseSeal::DatabaseSeal(std::string database)
    : database_(std::move(database)), path_(database_ + ".seal") {}

bool DatabaseSeal::holds() const {
  std::error_code error;
  if (std::filesystem::file_size(database_, error) == 0) return true;
  const auto line = platform::read_file(path_, kMaxBytes);
  return line && (*line == opened_line() || *line == closed_line(database_));
}

core::Result<void> DatabaseSeal::open() const {
  return write(opened_line());
}

core::Result<void> DatabaseSeal::close() const {
  return write(closed_line(database_));
}

core::Result<void> DatabaseSeal::write(const std::optional<std::string>& line) const {
  return line ? platform::write_file_atomically(path_, *line, 0600) : platform::remove_file(path_);
}

}  // namespace berth::daemon
