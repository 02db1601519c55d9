#include "service/queue/estimator.h"

#include <gtest/gtest.h>

namespace berth::queue {
namespace {

using core::Milliseconds;

class EstimatorTest : public testing::Test {
 protected:
  /// `in_use` slots for so long, then one of them comes back and is taken again.
  void busy(std::size_t in_use, Milliseconds time) {
    estimator_.in_use_changed(now_, in_use);
    now_ += time;
    estimator_.released(now_);
  }

  core::Instant now_{Milliseconds(1'000'000)};
  Estimator estimator_{now_};
};

TEST_F(EstimatorTest, NothingToWaitForIsNoWait) {
  EXPECT_EQ(estimator_.until_released(now_, 0, 4), Milliseconds(0));
}

TEST_F(EstimatorTest, GuessesBeforeTheFirstReleaseAndGoesByHowLongSlotsAreKeptAlready) {
  estimator_.in_use_changed(now_, 2);
  EXPECT_EQ(estimator_.until_released(now_, 1, 2), Milliseconds(500));
  EXPECT_EQ(estimator_.until_released(now_, 4, 2), Milliseconds(2'000));
  now_ += Milliseconds(60'000);
  EXPECT_EQ(estimator_.until_released(now_, 1, 2), Milliseconds(60'000));
}

TEST_F(EstimatorTest, FirstSampleCountsWhole) {
  busy(1, Milliseconds(7'000));
  EXPECT_EQ(estimator_.until_released(now_, 1, 1), Milliseconds(7'000));
  busy(1, Milliseconds(17'000));
  EXPECT_EQ(estimator_.until_released(now_, 1, 1), Milliseconds(8'000));
  EXPECT_EQ(estimator_.until_released(now_, 3, 1), Milliseconds(24'000));
}

TEST_F(EstimatorTest, AnIdleNightIsNoTimeBetweenReleases) {
  busy(1, Milliseconds(300));
  estimator_.in_use_changed(now_, 0);
  now_ += std::chrono::hours(10);
  busy(1, Milliseconds(300));
  EXPECT_EQ(estimator_.until_released(now_, 1, 1), Milliseconds(300));
}

TEST_F(EstimatorTest, MoreSlotsInUseComeBackSooner) {
  for (int i = 0; i < 10; ++i) busy(4, Milliseconds(250));  // each is kept for a second
  EXPECT_EQ(estimator_.until_released(now_, 1, 4), Milliseconds(250));
  estimator_.in_use_changed(now_, 2);  // throttled
  EXPECT_EQ(estimator_.until_released(now_, 1, 2), Milliseconds(500));
}

TEST_F(EstimatorTest, SomeOfTheSlotsComeBackLaterThanAnyOfThem) {
  for (int i = 0; i < 10; ++i) busy(4, Milliseconds(250));
  EXPECT_EQ(estimator_.until_released(now_, 1, 1), Milliseconds(1'000));
  now_ += Milliseconds(1'500);  // all four are kept longer than usual
  EXPECT_EQ(estimator_.until_released(now_, 1, 4), Milliseconds(1'500));
  EXPECT_EQ(estimator_.until_released(now_, 1, 1), Milliseconds(1'500));
}

TEST_F(EstimatorTest, AClockThatStandsOrStepsBackGivesNothingNegative) {
  estimator_.in_use_changed(now_, 3);
  now_ -= Milliseconds(5'000);
  estimator_.released(now_);
  EXPECT_EQ(estimator_.until_released(now_, 5, 3), Milliseconds(0));
}

TEST_F(EstimatorTest, AveragesWithAlphaOneTenthForEachClass) {
  estimator_.granted(true, Milliseconds(1'000), Milliseconds(1'400));
  EXPECT_EQ(estimator_.average_wait(true), Milliseconds(1'000));
  EXPECT_EQ(estimator_.average_error(true), Milliseconds(400));
  estimator_.granted(true, Milliseconds(2'000), Milliseconds(1'900));
  EXPECT_EQ(estimator_.average_wait(true), Milliseconds(1'100));
  EXPECT_EQ(estimator_.average_error(true), Milliseconds(370));
  estimator_.taken_at_once(true);
  EXPECT_EQ(estimator_.average_wait(true), Milliseconds(990));
  EXPECT_EQ(estimator_.average_error(true), Milliseconds(370)) << "nothing had been estimated";
  EXPECT_EQ(estimator_.average_wait(false), Milliseconds(0));
}

}  // namespace
}  // namespace berth::queue
