#include "service/events/gzip.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/events/inflate.h"

namespace berth::events {
namespace {

std::string piece(std::string_view text) {
  std::string compressed;
  append_gzip(compressed, text);
  return compressed;
}

TEST(Gzip, PiecesFitTogetherInAnyOrder) {
  const std::string one = piece("first first first\n");
  const std::string two = piece("second second\n");
  EXPECT_EQ(inflate_stream(std::string(gzip_header()) + two + one + two),
            "second second\nfirst first first\nsecond second\n");
}

TEST(Gzip, NoPieceNeedsWhatWasBeforeIt) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "id: " + std::to_string(i) + "\nthe same as before\n";
  const std::string before = piece(text);
  const std::string after = piece(text);
  EXPECT_EQ(before, after);
  EXPECT_LT(after.size(), text.size() / 4);
  EXPECT_EQ(inflate_stream(std::string(gzip_header()) + after), text);
}

TEST(Gzip, WhatCameWholeIsReadWhereTheStreamIsCut) {
  const std::string whole = std::string(gzip_header()) + piece("whole\n");
  const std::string cut = piece("a piece of which only a part comes");
  EXPECT_EQ(inflate_stream(whole + cut.substr(0, 3)).substr(0, 6), "whole\n");
}

}  // namespace
}  // namespace berth::events
