#include "tests/unit/architecture/graph.h"

#include <gmock/gmock.h>

namespace berth::architecture {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Graph, ReadsWhatItWrites) {
  const auto graph = parse_graph("# a comment\nservice/b service/a\nservice/a\n\n");
  EXPECT_EQ(to_text(graph), "service/a\nservice/b service/a\n");
  EXPECT_EQ(parse_graph(to_text(graph)), graph);
}

TEST(Graph, FindsACycleAndOnlyACycle) {
  EXPECT_THAT(find_cycle(parse_graph("d b c\nb a\nc a\na\n")), IsEmpty());
  EXPECT_THAT(find_cycle(parse_graph("a b\nb c\nc d\nd b\n")), ElementsAre("b", "c", "d", "b"));
}

TEST(Graph, ReductionKeepsOnlyWhatDoesNotFollow) {
  const auto graph = parse_graph("d c b a\nc b a\nb a\na\n");
  EXPECT_EQ(to_text(transitive_reduction(graph)), "a\nb a\nc b\nd c\n");
}

TEST(Graph, NamesWhatIsMissing) {
  const auto before = parse_graph("a\nb a\n");
  const auto after = parse_graph("a\nb\nc a\n");
  EXPECT_THAT(edges_missing_in(after, before), ElementsAre("b -> a"));
  EXPECT_THAT(edges_missing_in(before, after), ElementsAre("c", "c -> a"));
}

TEST(Graph, MermaidRoundTrip) {
  const auto graph = parse_graph("service/b service/a\nservice/a\n");
  EXPECT_EQ(parse_mermaid("text --> outside\n" + to_mermaid(graph) + "more --> outside\n"), graph);
}

}  // namespace
}  // namespace berth::architecture
