#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/architecture/graph.h"

namespace berth::architecture {

struct SourceFile {
  std::string path;  ///< from the repository's root, with slashes
  std::string text;
};

inline constexpr std::size_t kMaxSourceLines = 400;
inline constexpr std::size_t kMaxTestLines = 600;

/// All C++ and JavaScript files below the named folders of `root`, sorted by path, but for
/// installed packages.
std::vector<SourceFile> read_sources(const std::filesystem::path& root,
                                     const std::vector<std::string>& folders);

// Each rule returns its violations, one sentence each, beginning with `file:line`.

/// Includes in quotes begin at the root and name a folder that the file's own folder depends on
/// directly: what a file uses is written down where it is built, not inherited by chance.
std::vector<std::string> check_includes(const std::vector<SourceFile>& files, const Graph& graph);

/// Only service/platform may ask which system or compiler it is built for.
std::vector<std::string> check_conditionals(const std::vector<SourceFile>& files);

/// A file is about one thing; one that outgrows the limit is about several.
std::vector<std::string> check_lengths(const std::vector<SourceFile>& files);

/// Every edge leads to a folder. `api` and `storage` never see each other, only service/daemon sees
/// both; nothing depends on a program's folder.
std::vector<std::string> check_layers(const Graph& graph);

}  // namespace berth::architecture
