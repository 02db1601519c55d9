#include "service/core/text.h"

#include <gtest/gtest.h>

namespace berth::core {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, KnowsValidFromInvalid) {
  for (const std::string_view good : {""sv, "abc"sv, "\0"sv, "\xC3\xA4"sv, "\xE2\x82\xAC"sv,
                                      "\xF0\x9F\x9A\xA2"sv, "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x80\x80"sv,
                                     "\xED\xA0\x80"sv, "\xF0\x80\x80\x80"sv, "\xF4\x90\x80\x80"sv,
                                     "\xF5\x80\x80\x80"sv, "\xC3"sv, "\xE2\x82"sv, "\xFF"sv}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << testing::PrintToString(bad);
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(bad)));
  }
}

TEST(Utf8, IsTheSameWhereverItStandsInALongText) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      const auto around = [&](const std::string& middle) {
        return std::string(before, 'a') + middle + std::string(after, 'z');
      };
      EXPECT_TRUE(is_valid_utf8(around("\xE2\x82\xAC"))) << before << ' ' << after;
      EXPECT_FALSE(is_valid_utf8(around("\xFF"))) << before << ' ' << after;
      EXPECT_FALSE(is_valid_utf8(around("\xE2\x82"))) << before << ' ' << after;
    }
  }
}

TEST(Utf8, ReplacesOnlyWhatIsInvalid) {
  EXPECT_EQ(to_valid_utf8("a\xFF\xC3\xA4\xE2\x82z"), "a\uFFFD\u00E4\uFFFD\uFFFDz");
}

TEST(ReadableText, DropsControlSequences) {
  EXPECT_EQ(to_readable_text("\x1b[1;31mred\x1b[0m"), "red");
  EXPECT_EQ(to_readable_text("\x1b]0;title\a$ "), "$ ");
  EXPECT_EQ(to_readable_text("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
  EXPECT_EQ(to_readable_text("\x1b(Bplain"), "plain");
  EXPECT_EQ(to_readable_text("a\x07"
                             "b\x01"
                             "c"),
            "abc");
  EXPECT_EQ(to_readable_text("tab\tstays"), "tab\tstays");
}

TEST(ReadableText, AnUnterminatedSequenceDoesNotEatTheNextLine) {
  EXPECT_EQ(to_readable_text("\x1b]0;title\nnext"), "\nnext");
  EXPECT_EQ(to_readable_text("end\x1b"), "end");
  EXPECT_EQ(to_readable_text("end\x1b["), "end");
}

TEST(ReadableText, CarriageReturnsKeepTheLastState) {
  EXPECT_EQ(to_readable_text("10%\r50%\r100%\ndone\n"), "100%\ndone\n");
  EXPECT_EQ(to_readable_text("dos\r\nlines\r\n"), "dos\nlines\n");
  EXPECT_EQ(to_readable_text("odd\r\r\n"), "odd\n");
  EXPECT_EQ(to_readable_text("kept\r"), "kept");
}

TEST(ReadableText, IsAlwaysValidUtf8) {
  EXPECT_EQ(to_readable_text("\xFF\xFE"), "\uFFFD\uFFFD");
  EXPECT_TRUE(is_valid_utf8(to_readable_text("\xC3\xA4\b\b\b")));
}

TEST(HeadTail, ShortOutputIsWhole) {
  const HeadTail plan = plan_head_tail(100, 100);
  EXPECT_EQ(plan.head_bytes, 100);
  EXPECT_EQ(plan.tail_bytes, 0);
  EXPECT_EQ(join_head_tail("abc", "", 3, "x"), "abc");
}

TEST(HeadTail, LongOutputKeepsAThirdAndTheRest) {
  const HeadTail plan = plan_head_tail(1'000, 90);
  EXPECT_EQ(plan.head_bytes, 30);
  EXPECT_EQ(plan.tail_bytes, 60);
}

TEST(HeadTail, IsCutAtLineEndsAndCountsWhatIsLeftOut) {
  const std::string joined = join_head_tail("one\ntwo\nthr", "ine\nten\neleven\n", 60, "read on");
  EXPECT_EQ(joined, "one\ntwo\n[... 41 bytes left out; read on ...]\nten\neleven\n");
}

TEST(HeadTail, OneLongLineIsCutAnywhere) {
  EXPECT_EQ(join_head_tail("aaa", "bbb", 100, "r"), "aaa\n[... 94 bytes left out; r ...]\nbbb");
}

TEST(Percent, RoundTrips) {
  const std::string path = "/a b/\xC3\xA4\n%\"";
  std::string back;
  ASSERT_TRUE(percent_decode(percent_encode(path), back));
  EXPECT_EQ(back, path);
  EXPECT_FALSE(percent_decode("%", back));
  EXPECT_FALSE(percent_decode("%g0", back));
  EXPECT_FALSE(percent_decode("%0", back));
}

TEST(ConstantTime, ComparesExactly) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace berth::core
