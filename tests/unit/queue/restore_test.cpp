// Places over a restart: what one queue knew is put into the next.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/unit/queue/queue_fixture.h"

namespace berth::queue {
namespace {

using core::Milliseconds;

class RestoreTest : public QueueTest {
 protected:
  static std::vector<SlotQueue::StoredRequest> stored(const SlotQueue& queue) {
    std::vector<SlotQueue::StoredRequest> requests;
    for (const SlotQueue::Waiting& waiting : queue.list(0, queue.waiting())) {
      requests.push_back(
          {waiting.id, waiting.client_id, waiting.place.sync, waiting.place.arrival});
    }
    return requests;
  }

  SlotQueue::StoredRequest old_request(std::uint64_t number, bool sync = true) {
    return {core::RequestId::make(), "a", sync, {number, clock_.now() - Milliseconds(5'000)}};
  }
};

TEST_F(RestoreTest, PlacesAreKeptInWhateverOrderTheyAreHandedBack) {
  std::mt19937 random(4'711);
  SlotQueue before({1, 1'000, 1'000}, clock_);
  ask(before, "a");
  for (int i = 0; i < 200; ++i) ask(before, "a", random() % 2 == 0);
  auto requests = stored(before);
  std::shuffle(requests.begin(), requests.end(), random);

  SlotQueue after({1, 1'000, 1'000}, clock_);
  after.occupy("a");
  for (const auto& request : requests) ASSERT_TRUE(after.restore(request));
  const auto late = ask(after, "a", false);
  EXPECT_EQ(after.place(late)->position, 201) << "arrival numbers go on after the highest";
  for (const auto& request : requests) {
    EXPECT_EQ(after.place(request.id)->position, before.place(request.id)->position);
    EXPECT_EQ(after.place(request.id)->hold, SlotQueue::Hold::unclaimed);
    EXPECT_FALSE(*after.claim(request.id, note(request.id)));
  }
  granted_.clear();
  for (int i = 0; i < 201; ++i) after.release("a");
  const auto after_restart = std::exchange(granted_, {});
  for (int i = 0; i < 200; ++i) before.release("a");
  granted_.push_back(late);
  EXPECT_EQ(after_restart, granted_);
}

TEST_F(RestoreTest, UnclaimedIsPassedOverAndKeepsItsPlace) {
  SlotQueue queue({1, 10, 10}, clock_);
  const auto old = old_request(7);
  ASSERT_TRUE(queue.restore(old));
  const auto newer = ask(queue, "b");
  EXPECT_EQ(granted_, std::vector{newer}) << "no slot idles for one nobody stands for";
  const auto newest = ask(queue, "b");
  EXPECT_EQ(queue.place(old.id)->position, 1);
  EXPECT_EQ(queue.place(newest)->position, 2);
  EXPECT_FALSE(*queue.claim(old.id, note(old.id)));
  EXPECT_EQ(queue.place(old.id)->hold, SlotQueue::Hold::none);
  EXPECT_EQ(queue.claim(old.id, note(old.id)).error().code, core::ErrorCode::conflict);
  queue.release("b");
  EXPECT_EQ(granted_.back(), old.id);
}

TEST_F(RestoreTest, ClaimTakesAFreeSlotAtOnce) {
  SlotQueue queue({1, 10, 10}, clock_);
  const auto old = old_request(7);
  ASSERT_TRUE(queue.restore(old));
  EXPECT_TRUE(*queue.claim(old.id, note(old.id)));
  EXPECT_TRUE(granted_.empty());
  EXPECT_EQ(queue.used(), 1);
  EXPECT_EQ(queue.waiting(), 0);
  EXPECT_EQ(queue.claim(old.id, note(old.id)).error().code, core::ErrorCode::not_found);
}

TEST_F(RestoreTest, TypeOfAnUnclaimedOneCanBeChangedAndItCanBeCancelled) {
  SlotQueue queue({1, 10, 10}, clock_);
  queue.occupy("a");
  const auto sync = old_request(1);
  const auto async = old_request(2, false);
  ASSERT_TRUE(queue.restore(async));
  ASSERT_TRUE(queue.restore(sync));
  EXPECT_EQ(queue.change_type(sync.id, false)->position, 1);
  EXPECT_EQ(queue.change_type(async.id, true)->position, 1);
  EXPECT_TRUE(queue.cancel(async.id));
  queue.release("a");
  EXPECT_TRUE(granted_.empty());
  EXPECT_EQ(queue.waiting(), 1);
}

TEST_F(RestoreTest, UnclaimedOnesExpireClaimedOnesDoNot) {
  SlotQueue queue({1, 10, 10}, clock_);
  queue.occupy("a");
  const auto claimed = old_request(1);
  const auto forgotten = old_request(2);
  ASSERT_TRUE(queue.restore(forgotten));
  ASSERT_TRUE(queue.restore(claimed));
  ASSERT_TRUE(queue.claim(claimed.id, note(claimed.id)));
  EXPECT_TRUE(queue.expire_unclaimed(clock_.instant()).empty()) << "restored just now";
  clock_.advance(Milliseconds(60'000));
  EXPECT_EQ(queue.expire_unclaimed(clock_.instant()), std::vector{forgotten.id});
  EXPECT_TRUE(queue.expire_unclaimed(clock_.instant()).empty());
  EXPECT_EQ(queue.waiting(), 1);
}

TEST_F(RestoreTest, TheSameTwiceIsAConflict) {
  SlotQueue queue({1, 10, 10}, clock_);
  const auto old = old_request(7);
  ASSERT_TRUE(queue.restore(old));
  EXPECT_EQ(queue.restore(old).error().code, core::ErrorCode::conflict);
  EXPECT_EQ(queue.restore(old_request(7)).error().code, core::ErrorCode::conflict);
  EXPECT_EQ(queue.waiting(), 1);
}

TEST_F(RestoreTest, WaitCountsFromTheFirstArrival) {
  SlotQueue queue({1, 10, 10}, clock_);
  queue.occupy("a");
  const auto old = old_request(1);  // 5 s ago
  ASSERT_TRUE(queue.restore(old));
  ASSERT_TRUE(queue.claim(old.id, note(old.id)));
  clock_.advance(Milliseconds(1'000));
  queue.release("a");
  EXPECT_EQ(queue.statistics().average_wait_sync, Milliseconds(6'000));
  EXPECT_EQ(queue.statistics().estimate_error_sync, Milliseconds(0)) << "1 s more was estimated";
}

}  // namespace
}  // namespace berth::queue
