#include "tests/unit/architecture/source_rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace berth::architecture {

namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

/// The library that a path belongs to: the longest folder of the graph that contains it.
std::optional<std::string> folder_of(const std::string& path, const Graph& graph) {
  auto folder = std::filesystem::path(path).parent_path();
  for (; !folder.empty(); folder = folder.parent_path()) {
    if (graph.count(folder.generic_string()) > 0) return folder.generic_string();
  }
  return std::nullopt;
}

/// Calls `visit(line number, line)`.
template <class Visitor>
void each_line(const SourceFile& file, Visitor visit) {
  std::istringstream stream(file.text);
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) visit(++number, line);
}

std::string at(const SourceFile& file, std::size_t line) {
  return file.path + ':' + std::to_string(line) + ": ";
}

}  // namespace

std::vector<SourceFile> read_sources(const std::filesystem::path& root,
                                     const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const auto& folder : folders) {
    std::filesystem::recursive_directory_iterator entry(root / folder);
    for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
      if (entry->path().filename() == "node_modules") entry.disable_recursion_pending();
      const auto extension = entry->path().extension();
      if (extension != ".h" && extension != ".cpp" && extension != ".mjs") continue;
      std::ifstream stream(entry->path(), std::ios::binary);
      files.push_back({std::filesystem::relative(entry->path(), root).generic_string(),
                       {std::istreambuf_iterator<char>(stream), {}}});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> check_includes(const std::vector<SourceFile>& files, const Graph& graph) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*"([^"]+)".*)re");
  std::vector<std::string> violations;
  for (const auto& file : files) {
    const auto own = folder_of(file.path, graph);
    if (!own) {
      violations.push_back(at(file, 1) + "belongs to no berth_library()");
      continue;
    }
    each_line(file, [&](std::size_t number, const std::string& line) {
      std::smatch match;
      if (!std::regex_match(line, match, kInclude)) return;
      const std::string target = match[1];
      const auto used = folder_of(target, graph);
      if (!used) {
        violations.push_back(at(file, number) + '"' + target +
                             "\" is not in a library's folder; includes begin at the root");
      } else if (*used != *own && graph.at(*own).count(*used) == 0) {
        violations.push_back(at(file, number) + *own + " includes " + *used +
                             " but does not name it in its DEPENDS");
      }
    });
  }
  return violations;
}

std::vector<std::string> check_conditionals(const std::vector<SourceFile>& files) {
  static const std::regex kConditional(
      R"(^\s*#\s*(if|ifdef|ifndef|elif|elifdef)\b.*\b)"
      R"((_WIN32|_WIN64|WIN32|__MINGW\w*|_MSC_VER|__linux__|__unix__|__APPLE__|__\w*BSD__|)"
      R"(POCO_OS_\w+)\b.*)");
  std::vector<std::string> violations;
  for (const auto& file : files) {
    if (starts_with(file.path, "service/platform/")) continue;
    each_line(file, [&](std::size_t number, const std::string& line) {
      if (!std::regex_match(line, kConditional)) return;
      violations.push_back(at(file, number) +
                           "asks for the system outside service/platform: " + line);
    });
  }
  return violations;
}

std::vector<std::string> check_lengths(const std::vector<SourceFile>& files) {
  std::vector<std::string> violations;
  for (const auto& file : files) {
    const auto limit = starts_with(file.path, "tests/") ? kMaxTestLines : kMaxSourceLines;
    const auto lines =
        static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    if (lines > limit) {
      violations.push_back(at(file, lines) + "more than " + std::to_string(limit) + " lines");
    }
  }
  return violations;
}

std::vector<std::string> check_layers(const Graph& graph) {
  constexpr std::array kPrograms{"service/daemon", "service/bridge", "service/ctl"};
  std::vector<std::string> violations;
  for (const auto& [folder, uses] : graph) {
    for (const auto& dependency : uses) {
      if (graph.count(dependency) == 0) {
        violations.push_back(folder + " -> " + dependency + ": no berth_library() defines it");
      }
      const bool into_api = starts_with(dependency, "api/");
      const bool into_storage = starts_with(dependency, "storage/");
      const bool allowed = folder == "service/daemon" ||
                           (into_api && starts_with(folder, "api/")) ||
                           (into_storage && starts_with(folder, "storage/"));
      if ((into_api || into_storage) && !allowed) {
        violations.push_back(folder + " -> " + dependency +
                             ": only service/daemon sees api and storage from outside");
      }
      if (std::find(kPrograms.begin(), kPrograms.end(), dependency) != kPrograms.end()) {
        violations.push_back(folder + " -> " + dependency + ": a program is not a library");
      }
    }
  }
  return violations;
}

}  // namespace berth::architecture
