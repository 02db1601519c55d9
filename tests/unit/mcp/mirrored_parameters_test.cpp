#include "service/mcp/mirrored_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::mcp {
namespace {

using testing::ElementsAre;

std::string schema(const std::string& properties, const std::string& more = "") {
  return R"({"type":"object","properties":{)" + properties + "}" + more + "}";
}

TEST(MirroredParameters, AreFoundAtTheirPaths) {
  const auto found = find_mirrored_parameters(schema(
      R"("region":{"type":"string","x-mcp-header":"Region"},"query":{"type":"string"},)"
      R"("where":{"type":"object","properties":{"port":{"type":"integer","x-mcp-header":"Port"}}})"));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).header, "Mcp-Param-Region");
  EXPECT_THAT(found->at(0).path, ElementsAre("region"));
  EXPECT_EQ(found->at(1).header, "Mcp-Param-Port");
  EXPECT_THAT(found->at(1).path, ElementsAre("where", "port"));
  EXPECT_TRUE(find_mirrored_parameters(schema(""))->empty());
}

TEST(MirroredParameters, AreRefusedWhereTheSpecificationHasNone) {
  const std::string mark = R"({"type":"string","x-mcp-header":"A"})";
  for (const std::string& wrong : {
           schema(R"("a":{"type":"string","x-mcp-header":""})"),
           schema(R"("a":{"type":"string","x-mcp-header":"with space"})"),
           schema(R"("a":{"type":"string","x-mcp-header":1})"),
           schema(R"("a":{"type":"number","x-mcp-header":"A"})"),
           schema(R"("a":{"x-mcp-header":"A"})"),
           schema("\"a\":" + mark + R"(,"b":{"type":"string","x-mcp-header":"a"})"),
           schema(R"("a":{"type":"array","items":)" + mark + "}"),
           schema("", R"(,"anyOf":[{"properties":{"a":)" + mark + "}}]"),
           schema("", R"(,"$defs":{"a":)" + mark + "}"),
       }) {
    EXPECT_FALSE(find_mirrored_parameters(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace berth::mcp
