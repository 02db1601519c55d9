#include "service/install/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::install {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Diff, ShowsThreeLinesAround) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\n4,\nx\n6\n7\n8\n", "a", "b"),
            "--- a\n+++ b\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+4,\n+x\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("1\n1\n", "1\n1\n1\n", "a", "b"),
            "--- a\n+++ b\n@@ -1,2 +1,3 @@\n 1\n 1\n+1\n");
}

TEST(Diff, ShowsNewFilesAndOpenEnds) {
  EXPECT_EQ(unified_diff("", "x\r\n", "/dev/null", "b"),
            "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
  EXPECT_EQ(unified_diff("x", "x\n", "a", "b"),
            "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

TEST(Diff, CutsLongLinesAroundTheChange) {
  const std::string head(100000, 'h');
  const std::string tail(100000, 't');
  const std::string diff = unified_diff(head + tail, head + "NEW" + tail, "a", "b");
  EXPECT_LT(diff.size(), 1000U);
  EXPECT_THAT(diff, AllOf(HasSubstr("\n+… hhh"), HasSubstr("hNEWt"), HasSubstr("ttt …\n")));
  const std::string around = unified_diff(head + "\n1\n", head + "\n2\n", "a", "b");
  EXPECT_LT(around.size(), 1000U);
  EXPECT_THAT(around, HasSubstr("hhh …\n-1\n+2\n"));
}

TEST(Diff, ShowsNoControlSequences) {
  const std::string diff = unified_diff("// \x1b[31mred\n1\n", "// \x1b[31mred\n2\n", "a", "b");
  EXPECT_THAT(diff, AllOf(HasSubstr(" // red\n"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace berth::install
