#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "service/core/error.h"

namespace berth::daemon {

/// A small file beside the database that says how the last service left it. To find damage a start
/// has to read the database whole, which takes longer the more is stored: it need not where only a
/// service that found it sound can have written to it. Blocks; any thread.
class DatabaseSeal {
 public:
  explicit DatabaseSeal(std::string database);

  /// True if the service closed it and it is as it was then; if the service was killed while the
  /// machine went on and it is still the same file, since then what it had written is what can be
  /// read; and of an empty file.
  bool holds() const;

  /// The database is sound and in use from now on.
  core::Result<void> open();
  /// The database may be damaged: there is no seal any more, nor will this object make one. True
  /// the first time.
  bool drop();
  /// Nobody has it open any more. Leaves no seal if it was dropped, if another file has taken the
  /// place of the one that was opened, or if not all was brought from the log to the file.
  core::Result<void> close();

 private:
  /// Nothing to say is said by no file.
  core::Result<void> write(const std::optional<std::string>& line) const;

  const std::string database_;
  const std::string path_;
  std::mutex mutex_;
  std::string opened_file_;  // its identity; guarded by mutex_
  bool dropped_ = false;     // guarded by mutex_
};

}  // namespace berth::daemon
