#include "api/http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Accepted<Target> parse(const std::string& target, const std::string& method = "GET") {
  const FrontLimits limits;
  auto head = parse_head(method + " " + target + " HTTP/1.1\r\nHost: localhost:80\r\n\r\n", limits);
  if (!head) return tl::unexpected(head.error());
  return parse_target(*head);
}

Target parsed(const std::string& target) {
  auto result = parse(target);
  EXPECT_TRUE(result) << target;
  return std::move(*result);
}

int status_of(const std::string& target, const std::string& method = "GET") {
  const auto result = parse(target, method);
  return result ? 0 : result.error().status;
}

TEST(Target, SplitsAndDecodesThePath) {
  EXPECT_THAT(parsed("/").segments, ElementsAre(""));
  EXPECT_THAT(parsed("/a/b").segments, ElementsAre("a", "b"));
  EXPECT_THAT(parsed("/a/").segments, ElementsAre("a", ""));
  EXPECT_THAT(parsed("/a%2Fb/%C3%bc+").segments, ElementsAre("a/b", "\xc3\xbc+"));
  EXPECT_EQ(parsed("/a%2Fb?x=1").path, "/a%2Fb");
}

TEST(Target, RefusesPathsThatMeanSomethingElseElsewhere) {
  for (const std::string target : {"/%", "/%4", "/%4g", "/a%00b", "/%ff", "/a/../b", "/%2e%2E/b",
                                   "/./a", "a/b", "localhost:80"}) {
    EXPECT_EQ(status_of(target), 400) << target;
  }
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "/a";
  EXPECT_EQ(status_of(deep), 400);
}

TEST(Target, TakesTheAbsoluteFormOfItsOwnHost) {
  EXPECT_THAT(parsed("http://localhost:80/a?b=c").segments, ElementsAre("a"));
  EXPECT_EQ(parsed("http://LOCALHOST:80/a?b=c").query.one("b"), "c");
  EXPECT_THAT(parsed("http://localhost:80").segments, ElementsAre(""));
  EXPECT_THAT(parsed("http://localhost:80?a").segments, ElementsAre(""));
  EXPECT_EQ(status_of("http://other/a"), 400);
  EXPECT_EQ(status_of("http://localhost:80@other/a"), 400);
  EXPECT_EQ(status_of("ftp://localhost:80/a"), 400);
  EXPECT_EQ(status_of("http:///a"), 400);
}

TEST(Target, StarIsForOptionsOnly) {
  EXPECT_EQ(status_of("*"), 400);
  ASSERT_TRUE(parse("*", "OPTIONS"));
  EXPECT_THAT(parse("*", "OPTIONS")->segments, IsEmpty());
}

TEST(Query, KeepsOrderAndDecodes) {
  const Query query = parsed("/?topic=job&topic=queue&q=a+b%2Bc&flag&=x&&empty=").query;
  EXPECT_THAT(query.all("topic"), ElementsAre("job", "queue"));
  EXPECT_EQ(query.one("q"), "a b+c");
  EXPECT_EQ(query.one("flag"), "");
  EXPECT_EQ(query.one("empty"), "");
  EXPECT_EQ(query.one("absent"), std::nullopt);
  EXPECT_EQ(query.items().size(), 6U);
}

TEST(Query, RefusesDuplicatesUnknownNamesAndMalformedEscapes) {
  const Query query = parsed("/?limit=1&limit=1&cursor=x").query;
  const auto limit = query.one("limit");
  ASSERT_FALSE(limit);
  EXPECT_EQ(limit.error().code, core::ErrorCode::invalid_argument);
  EXPECT_EQ(limit.error().field, "limit");
  EXPECT_TRUE(query.only({"cursor", "limit"}));
  const auto known = query.only({"limit"});
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().field, "cursor");
  for (const std::string target : {"/?a=%", "/?%zz=1", "/?a=%00", "/?a=%ff"}) {
    EXPECT_EQ(status_of(target), 400) << target;
  }
  std::string many = "/?";
  for (int i = 0; i < 257; ++i) many += "a&";
  EXPECT_EQ(status_of(many), 400);
}

}  // namespace
}  // namespace berth::http
