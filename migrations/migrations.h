#pragma once

#include <span>
#include <string_view>

namespace berth::migrations {

/// One step of the database's schema, embedded from `NNNN_name.sql` at build time.
struct Migration {
  int version = 0;  ///< from 1, without gaps
  std::string_view name;
  std::string_view sql;
  std::string_view sha256;  ///< of the file's bytes, in hex
};

/// In order of their versions.
std::span<const Migration> all();

}  // namespace berth::migrations
