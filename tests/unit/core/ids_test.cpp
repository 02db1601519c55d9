#include "service/core/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace berth::core {
namespace {

TEST(Ids, AreAPrefixAnd26CharactersOfBase32) {
  const JobId id = JobId::make();
  EXPECT_EQ(id.str().size(), 4 + 26);
  EXPECT_TRUE(JobId::parse(id.str(), "job_id"));
}

TEST(Ids, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(SessionId::make().str()).second);
}

TEST(Ids, OfAnotherKindAreRefusedByName) {
  const auto parsed = JobId::parse(SessionId::make().str(), "job_id");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().field, "job_id");
  EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
}

TEST(Ids, WithForeignCharactersOrLengthsAreRefused) {
  const std::string good = JobId::make().str();
  EXPECT_FALSE(JobId::parse(good + "a", "id"));
  EXPECT_FALSE(JobId::parse(good.substr(0, good.size() - 1), "id"));
  for (const char bad : {'A', '0', '1', '/', '\0', ' '}) {
    std::string text = good;
    text.back() = bad;
    EXPECT_FALSE(JobId::parse(text, "id")) << bad;
  }
}

TEST(Ids, AreRefusedWithTheirForm) {
  EXPECT_EQ(JobId::parse("job_zz", "job_id").error().message,
            "job_id must be job_ and 26 characters a-z 2-7");
}

TEST(Ids, TokensHave256Bits) {
  EXPECT_EQ(random_base32_256().size(), 52);
}

}  // namespace
}  // namespace berth::core
