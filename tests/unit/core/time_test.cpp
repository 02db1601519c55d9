#include "service/core/time.h"

#include <gtest/gtest.h>

namespace berth::core {
namespace {

TEST(Rfc3339, WritesUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(Timestamp(Milliseconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(Timestamp(Milliseconds(1'785'230'999'005))), "2026-07-28T09:29:59.005Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  for (const std::int64_t time :
       {0LL, 951'782'400'000LL, 1'785'230'999'005LL, 4'102'444'799'999LL}) {
    const Timestamp stamp{Milliseconds(time)};
    const auto parsed = parse_rfc3339(to_rfc3339(stamp), "since");
    ASSERT_TRUE(parsed) << time;
    EXPECT_EQ(*parsed, stamp);
  }
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  const auto utc = parse_rfc3339("2026-07-28T09:30:00Z", "since");
  ASSERT_TRUE(utc);
  EXPECT_EQ(parse_rfc3339("2026-07-28T11:30:00+02:00", "since").value(), *utc);
  EXPECT_EQ(parse_rfc3339("2026-07-28T04:00:00.000-05:30", "since").value(), *utc);
  EXPECT_EQ(*parse_rfc3339("2026-07-28T09:30:00.25Z", "since"), *utc + Milliseconds(250));
}

TEST(Rfc3339, RefusesWhatIsNoTimeAndNamesTheField) {
  for (const char* text :
       {"", "2026-07-28", "2026-02-30T00:00:00Z", "2026-07-28T24:00:00Z", "2026-07-28T09:30:00",
        "2026-07-28T09:30:00.Z", "2026-07-28T09:30:00+2", "2026-07-28T09:30:00Zx", "yesterday"}) {
    const auto parsed = parse_rfc3339(text, "since");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().field, "since");
  }
}

TEST(Durations, AreReadAndWritten) {
  for (const auto& [text, time] :
       {std::pair("250ms", Milliseconds(250)), std::pair("30s", Milliseconds(30'000)),
        std::pair("90m", Milliseconds(5'400'000)), std::pair("2d", Milliseconds(172'800'000))}) {
    EXPECT_EQ(parse_duration(text, "key").value(), time);
    EXPECT_EQ(to_duration_text(time), text);
  }
  EXPECT_EQ(parse_duration("60m", "key").value(), parse_duration("1h", "key").value());
  EXPECT_EQ(to_duration_text(Milliseconds(0)), "0ms");
}

TEST(Durations, WithoutAUnitOrOutOfRangeAreRefused) {
  for (const char* text : {"", "5", "s", "-5s", "1.5h", "5 s", "5w", "99999999999999999999s",
                           "9223372036854775807d"}) {
    EXPECT_FALSE(parse_duration(text, "key")) << text;
  }
}

}  // namespace
}  // namespace berth::core
