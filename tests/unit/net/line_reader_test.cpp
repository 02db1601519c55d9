#include "service/net/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace berth::net {
namespace {

using testing::ElementsAre;

std::vector<std::string> drain(LineReader& reader) {
  std::vector<std::string> out;
  while (const auto line = reader.next()) {
    if (!line->too_long) {
      out.emplace_back(line->text);
    } else if (line->complete) {
      out.emplace_back("<too long>");
    }
  }
  return out;
}

TEST(LineReader, FindsTheSameLinesWhereverTheStreamIsSplit) {
  const std::string stream =
      "one\n\nthis is too long\n12345678\ntwo\r\n" + std::string(40, 'x') + "\nlast\nunfinished";
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      LineReader reader(8);
      std::vector<std::string> got;
      for (const std::string& part :
           {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
        reader.feed(part);
        for (std::string& line : drain(reader)) got.push_back(std::move(line));
      }
      ASSERT_THAT(got,
                  ElementsAre("one", "", "<too long>", "12345678", "two\r", "<too long>", "last"))
          << "split at " << first << " and " << second;
    }
  }
}

TEST(LineReader, SkipsAnEndlessLineAndGoesOnAfterIt) {
  LineReader reader(1000);
  std::vector<std::string> got;
  for (int block = 0; block < 100; ++block) {
    reader.feed(std::string(600, 'x'));
    for (std::string& line : drain(reader)) got.push_back(std::move(line));
  }
  reader.feed("\nshort\n");
  for (std::string& line : drain(reader)) got.push_back(std::move(line));
  EXPECT_THAT(got, ElementsAre("<too long>", "short"));
}

TEST(LineReader, GivesALineThatIsTooLongInPartsAtOnce) {
  LineReader reader(4);
  reader.feed("123");
  EXPECT_FALSE(reader.next());
  reader.feed("45");
  auto part = reader.next();
  ASSERT_TRUE(part);
  EXPECT_EQ(part->text, "12345");
  EXPECT_TRUE(part->too_long);
  EXPECT_FALSE(part->complete);
  EXPECT_FALSE(reader.next());
  reader.feed("6\nab\n");
  part = reader.next();
  ASSERT_TRUE(part);
  EXPECT_EQ(part->text, "6");
  EXPECT_TRUE(part->too_long && part->complete);
  EXPECT_EQ(reader.next()->text, "ab");
}

}  // namespace
}  // namespace berth::net
