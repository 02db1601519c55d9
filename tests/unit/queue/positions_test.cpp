// Who is told that a place has changed, and what it costs.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "service/queue/position_watch.h"
#include "tests/unit/queue/queue_fixture.h"

namespace berth::queue {
namespace {

class PositionsTest : public QueueTest {};

TEST_F(PositionsTest, TellsOnlyWhatMovedSinceItWasLastTold) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  const auto first = ask(queue, "a");
  const auto second = ask(queue, "a");
  const auto unwatched = ask(queue, "a");
  const auto async = ask(queue, "a", false);
  EXPECT_EQ(queue.watch(first)->position, 1);
  EXPECT_EQ(queue.watch(second)->position, 2);
  EXPECT_EQ(queue.watch(async)->position, 4);
  EXPECT_TRUE(queue.moved(100).empty());

  queue.cancel(unwatched);
  auto moved = queue.moved(100);
  ASSERT_EQ(moved.size(), 1);
  EXPECT_EQ(moved[0].id, async);
  EXPECT_EQ(moved[0].place.position, 3);
  EXPECT_FALSE(moved[0].place.sync);

  queue.release("a");
  queue.unwatch(async);
  moved = queue.moved(100);
  ASSERT_EQ(moved.size(), 1) << "the first has its slot, the last is not watched any more";
  EXPECT_EQ(moved[0].id, second);
  EXPECT_EQ(moved[0].place.position, 1);
  EXPECT_TRUE(queue.moved(100).empty());
}

TEST_F(PositionsTest, MovesBetweenTwoLooksAreToldAsOneAndBackAndForthNotAtAll) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  ask(queue, "a");
  ask(queue, "a");
  const auto watched = ask(queue, "a", false);
  const auto other = ask(queue, "a", false);
  queue.watch(watched);
  queue.change_type(other, true);
  queue.change_type(other, false);
  EXPECT_TRUE(queue.moved(100).empty());
  queue.release("a");
  queue.release("a");
  const auto moved = queue.moved(100);
  ASSERT_EQ(moved.size(), 1);
  EXPECT_EQ(moved[0].place.position, 1);
}

TEST_F(PositionsTest, WatchingWhatDoesNotWaitIsNotFound) {
  SlotQueue queue({1, 10, 10}, clock_);
  EXPECT_EQ(queue.watch(core::RequestId::make()).error().code, core::ErrorCode::not_found);
  queue.unwatch(core::RequestId::make());
}

/// While positions change before every sweep, each sweep looks at its limit and no more, and yet
/// everybody's turn comes.
TEST(PositionWatchTest, EverybodyIsLookedAtInTurnWithBoundedWork) {
  constexpr std::uint64_t kWatched = 1'000;
  constexpr std::size_t kLimit = 64;
  PositionWatch watch;
  for (std::uint64_t arrival = 1; arrival <= kWatched; ++arrival) {
    watch.add(arrival, static_cast<std::int64_t>(arrival));
  }
  std::map<std::uint64_t, int> told;
  std::int64_t shift = 0;
  for (int sweep = 0; sweep < 160; ++sweep) {
    --shift;
    watch.disturbed();
    std::size_t looks = 0;
    for (const auto& moved : watch.sweep(kLimit, [&](std::uint64_t arrival) {
           ++looks;
           return static_cast<std::int64_t>(arrival) + shift;
         })) {
      ++told[moved.arrival];
    }
    EXPECT_EQ(looks, kLimit);
  }
  EXPECT_EQ(told.size(), kWatched);
  for (const auto& [arrival, times] : told) EXPECT_NEAR(times, 10, 1) << arrival;
}

TEST(PositionWatchTest, RestsOnceAllHaveBeenLookedAt) {
  PositionWatch watch;
  for (std::uint64_t arrival = 1; arrival <= 10; ++arrival) watch.add(arrival, 1);
  int looks = 0;
  const auto same = [&](std::uint64_t) {
    ++looks;
    return std::int64_t{1};
  };
  EXPECT_TRUE(watch.sweep(100, same).empty());
  EXPECT_EQ(looks, 0) << "nothing was disturbed";
  watch.disturbed();
  watch.sweep(4, same);
  watch.remove(6);   // among those still to be looked at
  watch.add(20, 1);  // comes to stand among them
  watch.sweep(100, same);
  watch.sweep(100, same);
  EXPECT_LE(looks, 14);
  EXPECT_GE(looks, 10);
  EXPECT_EQ(watch.size(), 10);
}

}  // namespace
}  // namespace berth::queue
