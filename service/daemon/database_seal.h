#pragma once

#include <optional>
#include <string>

#include "service/core/error.h"

namespace berth::daemon {

/// A small file beside the database that says how the last service left it. To find damage a start
/// has to read the database whole, which takes longer the more is stored: it need not where only a
/// service that found it sound can have written to it. Blocks; one thread.
class DatabaseSeal {
 public:
  explicit DatabaseSeal(std::string database);

  /// True if the service closed it and it is as it was then; if the service was killed while the
  /// machine went on, since then what it had written is what can be read; and of an empty file.
  bool holds() const;

  /// The database is sound and in use from now on.
  core::Result<void> open() const;
  /// Nobody has it open any more.
  core::Result<void> close() const;

 private:
  /// Nothing to say is said by no file.
  core::Result<void> write(const std::optional<std::string>& line) const;

  std::string database_;
  std::string path_;
};

}  // namespace berth::daemon
