#include "service/queue/throttle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::queue {
namespace {

using core::Milliseconds;

class ThrottleTest : public testing::Test {
 protected:
  std::optional<Throttle::Change> decide(const LoadSample& sample, std::size_t in_use) {
    now_ += settings_.step_interval;
    return throttle_.decide(sample, in_use, now_);
  }

  ThrottleSettings settings_;
  Throttle throttle_{8, settings_};
  core::Instant now_{Milliseconds(1'000'000)};
};

const LoadSample kCalm{0.5, 0.6, 1.0, 0.0};
const LoadSample kLoaded{9.0, 0.6, 10.0, 0.0};

struct Case {
  std::string name;
  LoadSample sample;
  bool lowers;
  std::string reason;
};

class ThrottleSampleTest : public testing::TestWithParam<Case> {};

TEST_P(ThrottleSampleTest, LowersUnderPressureAndSaysWhy) {
  Throttle throttle(8, {});
  const auto change = throttle.decide(GetParam().sample, 8, core::Instant(Milliseconds(1'000)));
  ASSERT_EQ(change.has_value(), GetParam().lowers);
  if (!change) return;
  EXPECT_EQ(change->from, 8);
  EXPECT_EQ(change->to, 7);
  EXPECT_EQ(change->reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ThrottleSampleTest,
    testing::Values(
        Case{"Calm", kCalm, false, ""},  //
        Case{"WithoutPressureInformation", {1.0, 0.5}, false, ""},
        Case{"AllCpusBusy", {1.0, 0.5, 70.0, 0.0}, false, ""},
        Case{"AtTheLimits", {4.0, 0.08, 98.0, 20.0}, false, ""},
        Case{"CpuLoad", {4.5, 0.5}, true, "CPU load 4.50 per CPU is above 4.00"},
        Case{"LittleMemory", {0.1, 0.05}, true, "memory available 5.0% is below 8.0%"},
        Case{"CpuPressure", {0.1, 0.5, 99.0, 0.0}, true, "CPU pressure 99.0% is above 98.0%"},
        Case{"MemoryPressure", {0.1, 0.5, 0.0, 30.0}, true, "memory pressure 30.0% is above 20.0%"},
        Case{"MemoryIsNamedFirst",
             {9.0, 0.01, 99.0, 99.0},
             true,
             "memory available 1.0% is below 8.0%"}),
    [](const auto& test) { return test.param.name; });

TEST_F(ThrottleTest, LowersStepByStepAndNeverBelowOne) {
  std::vector<std::size_t> steps;
  while (const auto change = decide(kLoaded, throttle_.effective())) {
    EXPECT_EQ(throttle_.effective(), change->to);
    steps.push_back(change->to);
  }
  EXPECT_EQ(steps, (std::vector<std::size_t>{7, 6, 5, 4, 3, 2, 1}));
  EXPECT_FALSE(decide(kLoaded, 1));
  EXPECT_EQ(throttle_.effective(), 1);
}

TEST_F(ThrottleTest, FirstStepGoesToWhatIsInUse) {
  EXPECT_EQ(decide(kLoaded, 3)->to, 3);
  EXPECT_EQ(decide(kLoaded, 3)->to, 2);
  Throttle idle(8, settings_);
  EXPECT_EQ(idle.decide(kLoaded, 0, now_)->to, 1);
}

TEST_F(ThrottleTest, OneStepInEachInterval) {
  ASSERT_TRUE(decide(kLoaded, 8));
  const auto half = settings_.step_interval / 2;
  EXPECT_FALSE(throttle_.decide(kLoaded, 7, now_ + half));
  EXPECT_TRUE(throttle_.decide(kLoaded, 7, now_ + settings_.step_interval));
}

TEST_F(ThrottleTest, RaisesStepByStepOnceItHasBeenCalmForAWhile) {
  decide(kLoaded, 8);
  decide(kLoaded, 7);
  ASSERT_EQ(throttle_.effective(), 6);
  EXPECT_FALSE(decide(kCalm, 6));  // calm since now
  EXPECT_FALSE(decide(kCalm, 6));
  EXPECT_FALSE(decide(kCalm, 6));
  const auto raised = decide(kCalm, 6);  // 30 s later
  ASSERT_TRUE(raised);
  EXPECT_EQ(raised->from, 6);
  EXPECT_EQ(raised->to, 7);
  EXPECT_EQ(raised->reason, "no pressure for 30 s");
  EXPECT_FALSE(throttle_.decide(kCalm, 7, now_ + Milliseconds(1)));
  EXPECT_EQ(decide(kCalm, 7)->to, 8);
  EXPECT_FALSE(throttle_.throttled());
  EXPECT_FALSE(decide(kCalm, 8)) << "not above what is configured";
}

TEST_F(ThrottleTest, BetweenPressureAndCalmNothingChanges) {
  decide(kLoaded, 8);
  const LoadSample between{3.0, 0.6};
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(decide(between, 7));
  decide(kCalm, 7);
  decide(kCalm, 7);
  decide(between, 7);  // the calm is counted anew
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(decide(kCalm, 7));
  EXPECT_TRUE(decide(kCalm, 7));
}

TEST_F(ThrottleTest, ConfiguredNumberCanChange) {
  throttle_.set_slots(12);
  EXPECT_EQ(throttle_.effective(), 12);
  decide(kLoaded, 12);
  decide(kLoaded, 11);
  throttle_.set_slots(6);
  EXPECT_EQ(throttle_.effective(), 4) << "two are taken away by the load";
  throttle_.set_slots(1);
  EXPECT_EQ(throttle_.effective(), 1);
  EXPECT_FALSE(throttle_.throttled());
}

}  // namespace
}  // namespace berth::queue
