#include "tests/unit/architecture/graph.h"

#include <functional>
#include <regex>
#include <sstream>

namespace berth::architecture {

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Everything that can be reached from `folder` by one edge or more.
std::set<std::string> reachable_from(const Graph& graph, const std::string& folder) {
  std::set<std::string> reached;
  std::vector<std::string> open{folder};
  while (!open.empty()) {
    const auto node = graph.find(open.back());
    open.pop_back();
    if (node == graph.end()) continue;
    for (const auto& next : node->second) {
      if (reached.insert(next).second) open.push_back(next);
    }
  }
  return reached;
}

}  // namespace

Graph parse_graph(std::string_view text) {
  Graph graph;
  for (const auto& line : lines_of(text)) {
    std::istringstream words{line};
    std::string folder;
    if (!(words >> folder) || folder.front() == '#') continue;
    auto& uses = graph[folder];
    for (std::string dependency; words >> dependency;) uses.insert(dependency);
  }
  return graph;
}

std::string to_text(const Graph& graph) {
  std::string text;
  for (const auto& [folder, uses] : graph) {
    text += folder;
    for (const auto& dependency : uses) text += ' ' + dependency;
    text += '\n';
  }
  return text;
}

std::vector<std::string> find_cycle(const Graph& graph) {
  std::set<std::string> done;
  std::vector<std::string> path;
  const std::function<bool(const std::string&)> visit = [&](const std::string& folder) {
    for (auto step = path.begin(); step != path.end(); ++step) {
      if (*step != folder) continue;
      path.erase(path.begin(), step);
      path.push_back(folder);
      return true;
    }
    const auto node = graph.find(folder);
    if (node == graph.end() || done.count(folder) > 0) return false;
    path.push_back(folder);
    for (const auto& next : node->second) {
      if (visit(next)) return true;
    }
    path.pop_back();
    done.insert(folder);
    return false;
  };
  for (const auto& entry : graph) {
    if (visit(entry.first)) return path;
  }
  return {};
}

Graph transitive_reduction(const Graph& graph) {
  Graph reduced = graph;
  for (auto& [folder, uses] : reduced) {
    for (const auto& through : graph.at(folder)) {
      for (const auto& implied : reachable_from(graph, through)) uses.erase(implied);
    }
  }
  return reduced;
}

std::vector<std::string> edges_missing_in(const Graph& other, const Graph& graph) {
  std::vector<std::string> missing;
  for (const auto& [folder, uses] : graph) {
    const auto twin = other.find(folder);
    if (twin == other.end()) missing.push_back(folder);
    for (const auto& dependency : uses) {
      if (twin == other.end() || twin->second.count(dependency) == 0) {
        missing.push_back(folder + " -> " + dependency);
      }
    }
  }
  return missing;
}

Graph parse_mermaid(std::string_view document) {
  static const std::regex kEdge(R"(^\s*([\w/]+) --> ([\w/]+)\s*$)");
  Graph graph;
  bool inside = false;
  for (const auto& line : lines_of(document)) {
    if (line.rfind("```", 0) == 0) inside = line == "```mermaid";
    std::smatch match;
    if (!inside || !std::regex_match(line, match, kEdge)) continue;
    graph[match[1]].insert(match[2]);
    graph[match[2]];
  }
  return graph;
}

std::string to_mermaid(const Graph& graph) {
  std::string text = "```mermaid\ngraph TD\n";
  for (const auto& [folder, uses] : graph) {
    for (const auto& dependency : uses) {
      text.append("  ").append(folder).append(" --> ").append(dependency).append("\n");
    }
  }
  return text + "```\n";
}

}  // namespace berth::architecture
