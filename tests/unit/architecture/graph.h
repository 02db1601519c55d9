#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth::architecture {

/// Who may include whom: a folder such as `service/loop`, and the folders that it names in the
/// DEPENDS of its CMakeLists.txt. Every folder is a key, also one that depends on nothing.
using Graph = std::map<std::string, std::set<std::string>>;

/// Reads `folder dependency dependency…` lines; `#` begins a comment line.
Graph parse_graph(std::string_view text);

/// The same form again, sorted, so that two equal graphs have equal text.
std::string to_text(const Graph& graph);

/// A cycle as `a, b, c, a`, or empty if there is none.
std::vector<std::string> find_cycle(const Graph& graph);

/// Without the edges that follow from others: the smallest graph with the same reachability, which
/// is the one worth drawing. `graph` has no cycle.
Graph transitive_reduction(const Graph& graph);

/// `a -> b` for every edge that `graph` has and `other` lacks, and `a` for every such folder.
std::vector<std::string> edges_missing_in(const Graph& other, const Graph& graph);

/// The edges between the lines "```mermaid" and "```" of a Markdown document: `a/b --> c/d`.
Graph parse_mermaid(std::string_view document);

/// The Mermaid block for a graph, in the form that parse_mermaid reads.
std::string to_mermaid(const Graph& graph);

}  // namespace berth::architecture
