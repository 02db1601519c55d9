#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"

namespace berth::install {

/// A configuration file as it was read, and where it really is.
struct ConfigFile {
  std::string path;    ///< as it was named
  std::string target;  ///< what the links there lead to
  bool exists = false;
  std::string text;
  unsigned mode = 0600;
};

/// Follows links, also to a file that is not there yet. Refuses what is no file, is not this user's
/// or is too large to be a configuration (16 MiB).
core::Result<ConfigFile> read_config(const std::string& path);

/// Copies of the file that write_config() has kept, the newest first.
std::vector<std::string> backups_of(const ConfigFile& file);

/// Puts `after` in the place of the file in one step, with its mode; a link there stays a link.
/// What was there is kept beside it first, with its mode, as FILE.berth-backup-TIME: the path of
/// that copy, nothing for a new file. conflict: the file is no longer as it was read.
core::Result<std::optional<std::string>> write_config(const ConfigFile& file,
                                                      const std::string& after);

}  // namespace berth::install
