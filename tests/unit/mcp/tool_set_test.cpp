#include "service/mcp/tool_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::mcp {
namespace {

using testing::HasSubstr;
using testing::Not;

Tool tool(std::string name) {
  Tool result;
  result.name = std::move(name);
  result.title = "A title";
  result.description = "What it does";
  result.input_schema = R"({"type":"object"})";
  result.output_schema = R"({"type":"object"})";
  return result;
}

TEST(ToolSet, RefusesNamesThatClientsCouldNotUse) {
  ToolSet set;
  for (const char* name : {"", "a b", "a.b", "ä", "a/b"}) {
    EXPECT_FALSE(set.add(tool(name), nullptr)) << name;
  }
  EXPECT_FALSE(set.add(tool(std::string(65, 'a')), nullptr));
  EXPECT_TRUE(set.add(tool(std::string(64, 'a')), nullptr));
  EXPECT_TRUE(set.add(tool("upstream__Tool-1"), nullptr));
  EXPECT_FALSE(set.add(tool("upstream__Tool-1"), nullptr)) << "the name is taken";
}

TEST(ToolSet, RefusesSchemasItCouldNotCheck) {
  ToolSet set;
  Tool bad = tool("bad");
  bad.input_schema = R"({"type":"object","properties":{"a":{"pattern":"x"}}})";
  const auto added = set.add(bad, nullptr);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("tool bad: input schema.properties.a.pattern"));
  bad = tool("bad");
  bad.output_schema = R"({"$ref":"x"})";
  EXPECT_FALSE(set.add(bad, nullptr));
}

TEST(ToolSet, ShowsEachRevisionWhatItKnows) {
  const Tool shown = tool("t");
  const std::string oldest = encode_tool(shown, Revision::r2024_11_05);
  EXPECT_THAT(oldest, Not(HasSubstr("title")));
  EXPECT_THAT(oldest, Not(HasSubstr("annotations")));
  EXPECT_THAT(oldest, Not(HasSubstr("outputSchema")));
  const std::string second = encode_tool(shown, Revision::r2025_03_26);
  EXPECT_THAT(second, HasSubstr(R"("annotations":{"title":"A title","readOnlyHint":false,)"));
  EXPECT_THAT(second, Not(HasSubstr("outputSchema")));
  for (const Revision revision :
       {Revision::r2025_06_18, Revision::r2025_11_25, Revision::r2026_07_28}) {
    const std::string text = encode_tool(shown, revision);
    EXPECT_THAT(text, HasSubstr(R"("name":"t","title":"A title")"));
    EXPECT_THAT(text, HasSubstr("outputSchema"));
    EXPECT_THAT(text, HasSubstr("destructiveHint"));
  }
}

}  // namespace
}  // namespace berth::mcp
