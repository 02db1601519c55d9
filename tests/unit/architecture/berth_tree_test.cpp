// The rules on this repository itself.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "tests/unit/architecture/graph.h"
#include "tests/unit/architecture/source_rules.h"

namespace berth::architecture {
namespace {

using testing::IsEmpty;

const std::filesystem::path kRoot = BERTH_SOURCE_DIR;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

Graph declared_graph() {
  return parse_graph(read_text(BERTH_DECLARED_EDGES));
}

const std::vector<SourceFile>& program_sources() {
  static const auto files = read_sources(kRoot, {"service", "api", "storage"});
  return files;
}

TEST(BerthTree, IncludesFollowTheDeclaredEdges) {
  EXPECT_THAT(check_includes(program_sources(), declared_graph()), IsEmpty());
}

TEST(BerthTree, HasNoCycle) {
  EXPECT_THAT(find_cycle(declared_graph()), IsEmpty());
}

TEST(BerthTree, KeepsItsLayersApart) {
  EXPECT_THAT(check_layers(declared_graph()), IsEmpty());
}

TEST(BerthTree, AsksForTheSystemOnlyInThePlatform) {
  EXPECT_THAT(check_conditionals(program_sources()), IsEmpty());
}

TEST(BerthTree, FilesStayShort) {
  EXPECT_THAT(check_lengths(program_sources()), IsEmpty());
  EXPECT_THAT(check_lengths(read_sources(kRoot, {"tests"})), IsEmpty());
}

TEST(BerthTree, EdgesAreTheAgreedOnes) {
  const auto agreed_file = kRoot / "tests/unit/architecture/edges.txt";
  const auto agreed = parse_graph(read_text(agreed_file));
  const auto declared = declared_graph();
  const auto advice = std::string("If it is meant: cp ") + BERTH_DECLARED_EDGES + ' ' +
                      agreed_file.string() + ", and bring the README's graph up to date.";
  EXPECT_THAT(edges_missing_in(agreed, declared), IsEmpty()) << "New edges. " << advice;
  EXPECT_THAT(edges_missing_in(declared, agreed), IsEmpty()) << "Edges have gone. " << advice;
}

TEST(BerthTree, ReadmeDrawsTheGraph) {
  const auto reduced = transitive_reduction(declared_graph());
  EXPECT_EQ(to_mermaid(parse_mermaid(read_text(kRoot / "README.md"))), to_mermaid(reduced))
      << "The README's Mermaid block should be:\n"
      << to_mermaid(reduced);
}

}  // namespace
}  // namespace berth::architecture
