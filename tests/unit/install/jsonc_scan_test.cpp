#include <gtest/gtest.h>

#include "service/install/jsonc.h"

namespace berth::install {
namespace {

std::string problem(const std::string& text) {
  const auto scanned = scan_jsonc(text);
  EXPECT_FALSE(scanned) << text;
  return scanned ? "" : scanned.error().message;
}

TEST(JsoncScan, FindsMembersByWhereTheyStand) {
  const std::string text = "{ // first\n \"a\" /* x */ : [1, \"]}\"], \"\\u0062\":{},}";
  const auto root = scan_jsonc(text);
  ASSERT_TRUE(root && *root) << root.error().message;
  ASSERT_EQ((*root)->members.size(), 2U);
  const JsoncMember& a = (*root)->members[0];
  EXPECT_EQ(a.key, "a");
  EXPECT_EQ(a.kind, core::JsonKind::array);
  EXPECT_EQ(a.value.in(text), "[1, \"]}\"]");
  EXPECT_EQ(text[a.comma.value()], ',');
  const JsoncMember& b = (*root)->members[1];
  EXPECT_EQ(b.key, "b");
  EXPECT_EQ(b.key_span.in(text), "\"\\u0062\"");
  EXPECT_EQ(b.comma, text.size() - 2);
  EXPECT_EQ((*root)->find("none"), nullptr);
  EXPECT_EQ((*root)->find_again("a"), nullptr);
}

TEST(JsoncScan, BlanksAndCommentsAloneAreNoObject) {
  for (const char* text : {"", " \r\n\t", "\xEF\xBB\xBF", "// nothing", "/* { */ // }\n"}) {
    const auto root = scan_jsonc(text);
    ASSERT_TRUE(root) << text << root.error().message;
    EXPECT_FALSE(*root) << text;
  }
}

TEST(JsoncScan, TakesEveryKindOfValue) {
  EXPECT_TRUE(
      scan_jsonc("{\"a\":[-0,1.5e+3,0.1E-2,true,false,null,\"\\\"\\\\\\/\\b\\f\\n\\r\\t\","
                 "{},[],[1,],],}"));
}

TEST(JsoncScan, ProblemsNameLineAndColumn) {
  EXPECT_EQ(problem("[]"), "1:1: an object in braces is expected here");
  EXPECT_EQ(problem("{} {}"), "1:4: nothing may follow the object's end");
  EXPECT_EQ(problem("{\"a\" 1}"), "1:6: a colon is expected here");
  EXPECT_EQ(problem("{\r\n\t\"a\": 1\r\n\t\"b\": 2}"), "3:2: a comma or } is expected here");
  EXPECT_EQ(problem("{\"a\": [1 2]}"), "1:10: a comma or ] is expected here");
  EXPECT_EQ(problem("{a: 1}"), "1:2: a name in double quotes or } is expected here");
  EXPECT_EQ(problem("{,}"), "1:2: a name in double quotes or } is expected here");
  EXPECT_EQ(problem("{\"a\": [,]}"), "1:8: a value is expected here");
  EXPECT_EQ(problem("{\"a\": tru}"), "1:7: a value is expected here");
  EXPECT_EQ(problem("{\"a\": 01}"), "1:8: a comma or } is expected here");
  EXPECT_EQ(problem("{\"a\": -}"), "1:8: a digit is expected here");
  EXPECT_EQ(problem("{\"a\": 1.}"), "1:9: a digit is expected here");
  EXPECT_EQ(problem("{\"a\": 1e}"), "1:9: a digit is expected here");
  EXPECT_EQ(problem("{\"a\": "), "1:7: the text ends where a value is expected");
  EXPECT_EQ(problem("{\"a\": {"), "1:8: a name in double quotes or } is expected here");
  EXPECT_EQ(problem("{\"a\": \"b\n\"}"), "1:7: this string does not end on its line");
  EXPECT_EQ(problem("{\"a\": \"b"), "1:7: this string has no end");
  EXPECT_EQ(problem("{\"a\": \"b\\"), "1:7: this string has no end");
  EXPECT_EQ(problem("{\"a\": \"\\x\"}"), "1:8: no such escape in JSON");
  EXPECT_EQ(problem("{\"a\": \"\\u12g4\"}"), "1:8: \\u needs four hexadecimal digits");
  EXPECT_EQ(problem("{\"a\": \"\x01\"}"), "1:8: a control character may not stand in a string");
  EXPECT_EQ(problem("{ /* a\n"), "1:3: this comment has no end");
  EXPECT_EQ(problem("{}\n# no comment"), "2:1: nothing may follow the object's end");
  EXPECT_EQ(problem("{\n\"a\": \"\xFF\"}"), "2:1: this line is not UTF-8");
}

TEST(JsoncScan, ColumnsCountCharacters) {
  EXPECT_EQ(problem("{\"ä€\": x}"), "1:8: a value is expected here");
  EXPECT_EQ(problem("\xEF\xBB\xBF{x"), "1:2: a name in double quotes or } is expected here");
}

TEST(JsoncScan, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(scan_jsonc(nested(core::kMaxJsonDepth)));
  EXPECT_EQ(problem(nested(core::kMaxJsonDepth + 1)), "1:69: nested deeper than 64 levels");
  EXPECT_EQ(problem(nested(1U << 20U)), "1:69: nested deeper than 64 levels");
}

}  // namespace
}  // namespace berth::install
