#include "service/queue/slot_queue.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/queue/queue_fixture.h"

namespace berth::queue {
namespace {

using core::Milliseconds;

class SlotQueueTest : public QueueTest {};

TEST_F(SlotQueueTest, GrantsFreeSlotsAtOnceAndThenQueues) {
  SlotQueue queue({2, 10, 10}, clock_);
  const auto first = ask(queue, "a", true);
  const auto second = ask(queue, "a", true);
  const auto third = ask(queue, "a", true);
  EXPECT_EQ(granted_, (std::vector{first, second}));
  EXPECT_EQ(queue.place(third)->position, 1);
  queue.release("a");
  EXPECT_EQ(granted_.back(), third);
  EXPECT_EQ(queue.used(), 2);
}

TEST_F(SlotQueueTest, ServesSyncBeforeAsyncAndInOrderOfArrival) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a", true);
  const auto async_first = ask(queue, "a", false);
  const auto sync_first = ask(queue, "b", true);
  const auto async_second = ask(queue, "c", false);
  const auto sync_second = ask(queue, "d", true);
  EXPECT_EQ(queue.place(sync_first)->position, 1);
  EXPECT_EQ(queue.place(sync_second)->position, 2);
  EXPECT_EQ(queue.place(async_first)->position, 3);
  EXPECT_EQ(queue.place(async_second)->position, 4);
  for (int i = 0; i < 4; ++i) queue.release("a");
  granted_.erase(granted_.begin());
  EXPECT_EQ(granted_, (std::vector{sync_first, sync_second, async_first, async_second}));
}

TEST_F(SlotQueueTest, CancelTakesOutOnlyThatRequest) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a", true);
  const auto gone = ask(queue, "a", true);
  const auto stays = ask(queue, "a", true);
  EXPECT_TRUE(queue.cancel(gone));
  EXPECT_FALSE(queue.cancel(gone));
  EXPECT_EQ(queue.place(stays)->position, 1);
  EXPECT_FALSE(queue.place(gone));
  queue.release("a");
  EXPECT_EQ(granted_.back(), stays);
}

TEST_F(SlotQueueTest, RefusesBeyondItsBoundsWithATimeToRetry) {
  SlotQueue queue({1, 3, 2}, clock_);
  ask(queue, "a", true);
  ask(queue, "a", true);
  ask(queue, "a", true);
  SlotQueue::Request third_of_a{core::RequestId::make(), "a", true, [] {}};
  const auto per_client = queue.request(std::move(third_of_a));
  ASSERT_FALSE(per_client);
  EXPECT_EQ(per_client.error().code, core::ErrorCode::limit_exceeded);
  EXPECT_TRUE(per_client.error().retry_after);
  ask(queue, "b", true);
  SlotQueue::Request over{core::RequestId::make(), "c", true, [] {}};
  EXPECT_FALSE(queue.request(std::move(over)));
}

TEST_F(SlotQueueTest, OccupiedSlotsBeyondTheLimitAreNotRefilled) {
  SlotQueue queue({1, 10, 10}, clock_);
  queue.occupy("a");
  queue.occupy("a");
  const auto waiting = ask(queue, "a", true);
  queue.release("a");
  EXPECT_TRUE(granted_.empty());
  queue.release("a");
  EXPECT_EQ(granted_, std::vector{waiting});
}

TEST_F(SlotQueueTest, EstimateFollowsTheTimeBetweenReleases) {
  SlotQueue queue({1, 100, 100}, clock_);
  ask(queue, "a", true);
  for (int i = 0; i < 80; ++i) ask(queue, "a", true);
  const auto last = ask(queue, "a", true);
  for (int i = 0; i < 80; ++i) {
    clock_.advance(Milliseconds(200));
    queue.release("a");
  }
  EXPECT_EQ(queue.place(last)->position, 1);
  EXPECT_NEAR(static_cast<double>(queue.place(last)->eta.count()), 200, 5);
}

TEST_F(SlotQueueTest, ChangedTypeStandsByItsArrival) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  const auto sync_first = ask(queue, "a");
  const auto async = ask(queue, "a", false);
  const auto sync_last = ask(queue, "a");
  EXPECT_EQ(queue.place(async)->position, 3);
  EXPECT_EQ(queue.change_type(async, true)->position, 2);
  EXPECT_TRUE(queue.place(async)->sync);
  EXPECT_EQ(queue.place(sync_last)->position, 3);
  EXPECT_EQ(queue.change_type(async, true)->position, 2);
  EXPECT_EQ(queue.change_type(sync_first, false)->position, 3);
  EXPECT_EQ(queue.change_type(core::RequestId::make(), true).error().code,
            core::ErrorCode::not_found);
  granted_.clear();
  for (int i = 0; i < 3; ++i) queue.release("a");
  EXPECT_EQ(granted_, (std::vector{async, sync_last, sync_first}));
}

TEST_F(SlotQueueTest, RefusesAnIdThatWaitsAlready) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  const auto id = ask(queue, "a");
  EXPECT_EQ(queue.request({id, "a", true, note(id)}).error().code, core::ErrorCode::conflict);
  EXPECT_EQ(queue.waiting(), 1);
}

TEST_F(SlotQueueTest, ListsInServingOrder) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  const auto async = ask(queue, "b", false);
  const auto first = ask(queue, "c");
  const auto second = ask(queue, "d");
  const auto all = queue.list(0, 10);
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all[0].id, first);
  EXPECT_EQ(all[2].id, async);
  EXPECT_EQ(all[2].client_id, "b");
  EXPECT_EQ(all[2].place.position, 3);
  const auto page = queue.list(1, 1);
  ASSERT_EQ(page.size(), 1);
  EXPECT_EQ(page[0].id, second);
  EXPECT_TRUE(queue.list(3, 10).empty());
}

TEST_F(SlotQueueTest, FewerSlotsTakeNoneAwayAndMoreAreGivenOut) {
  SlotQueue queue({3, 10, 10}, clock_);
  for (int i = 0; i < 3; ++i) ask(queue, "a");
  const std::vector waiting{ask(queue, "a"), ask(queue, "a"), ask(queue, "a")};
  granted_.clear();
  queue.set_slots(1);
  EXPECT_EQ(queue.used(), 3);
  queue.release("a");
  queue.release("a");
  EXPECT_TRUE(granted_.empty());
  queue.release("a");
  EXPECT_EQ(granted_, std::vector{waiting[0]});
  queue.set_slots(3);
  EXPECT_EQ(granted_, waiting);
}

/// A granted call may free its slot at once (the terminal can't be started): the next is served,
/// but not from inside that call, however many do so.
TEST_F(SlotQueueTest, SlotsFreedWhileGrantingAreGivenOutOneAfterTheOther) {
  SlotQueue queue({1, 100'000, 100'000}, clock_);
  ask(queue, "a");
  int depth = 0;
  int served = 0;
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_TRUE(queue.request({core::RequestId::make(), "a", true, [&] {
                                 EXPECT_EQ(++depth, 1);
                                 ++served;
                                 queue.release("a");
                                 --depth;
                               }}));
  }
  queue.release("a");
  EXPECT_EQ(served, 50'000);
  EXPECT_EQ(queue.used(), 0);
  EXPECT_EQ(queue.waiting(), 0);
}

TEST_F(SlotQueueTest, RequestWhileGrantingDoesNotOvertake) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  core::RequestId late;
  const auto first = core::RequestId::make();
  ASSERT_TRUE(queue.request({first, "a", true, [&] {
                               granted_.push_back(first);
                               late = ask(queue, "a");
                               EXPECT_NE(granted_.back(), late);
                             }}));
  const auto second = ask(queue, "a");
  granted_.clear();
  queue.set_slots(3);
  EXPECT_EQ(granted_, (std::vector{first, second}));
  queue.release("a");
  EXPECT_EQ(granted_, (std::vector{first, second, late}));
}

TEST_F(SlotQueueTest, SlotsPerClientHoldUpOnlyThatClient) {
  SlotQueue queue({3, 10, 10, 2}, clock_);
  ask(queue, "greedy");
  ask(queue, "greedy");
  const auto held = ask(queue, "greedy");
  const auto held_more = ask(queue, "greedy");
  EXPECT_EQ(granted_.size(), 2);
  EXPECT_EQ(queue.place(held)->hold, SlotQueue::Hold::client_limit);
  EXPECT_GT(queue.place(held_more)->eta, queue.place(held)->eta);
  EXPECT_GT(queue.place(held)->eta, Milliseconds(0)) << "though a slot is free";
  const auto other = ask(queue, "other");
  EXPECT_EQ(granted_.back(), other) << "a free slot, and nobody before it who may have it";
  const auto other_waits = ask(queue, "other");
  queue.release("other");
  EXPECT_EQ(granted_.back(), other_waits) << "though the greedy one asked first";
  queue.release("greedy");
  EXPECT_EQ(granted_.back(), held);
  queue.release("other");
  EXPECT_EQ(queue.used(), 2) << "the greedy one's last has to wait for its own";
  EXPECT_EQ(queue.place(held_more)->position, 1);
  queue.release("greedy");
  EXPECT_EQ(granted_.back(), held_more);
}

TEST_F(SlotQueueTest, SlotsPerClientCountAdoptedAndMovedOnes) {
  SlotQueue queue({4, 10, 10, 1}, clock_);
  queue.occupy("a");
  const auto waits = ask(queue, "a");
  EXPECT_TRUE(granted_.empty());
  queue.move_slot("a", "b");
  EXPECT_EQ(granted_, std::vector{waits});
  EXPECT_EQ(queue.used_by("a"), 1);
  EXPECT_EQ(queue.used_by("b"), 1);
  ask(queue, "b");
  EXPECT_EQ(granted_.size(), 1);
  queue.set_limits({4, 10, 10, 2});
  EXPECT_EQ(granted_.size(), 2);
}

TEST_F(SlotQueueTest, CountsPeaksAndWhatWaits) {
  SlotQueue queue({2, 10, 10}, clock_);
  for (int i = 0; i < 4; ++i) ask(queue, "a");
  ask(queue, "a", false);
  EXPECT_EQ(queue.statistics().waiting_sync, 2);
  EXPECT_EQ(queue.statistics().waiting_async, 1);
  for (int i = 0; i < 5; ++i) queue.release("a");
  const SlotQueue::Statistics after = queue.statistics();
  EXPECT_EQ(after.waiting_sync + after.waiting_async, 0);
  EXPECT_EQ(after.peak_waiting, 3);
  EXPECT_EQ(after.peak_used, 2);
  EXPECT_EQ(after.next_wait_sync, Milliseconds(0));
}

TEST_F(SlotQueueTest, AveragesWaitsByClassAndTheErrorOfItsEstimates) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");  // a sync wait of 0
  clock_.advance(Milliseconds(400));
  queue.release("a");  // slots are kept for 400 ms
  ask(queue, "a");     // 0 again
  const auto sync = ask(queue, "a");
  const auto async = ask(queue, "a", false);
  EXPECT_EQ(queue.place(sync)->eta, Milliseconds(400));
  EXPECT_EQ(queue.place(async)->eta, Milliseconds(800));
  EXPECT_EQ(queue.statistics().next_wait_sync, Milliseconds(800));
  EXPECT_EQ(queue.statistics().next_wait_async, Milliseconds(1'200));
  clock_.advance(Milliseconds(500));
  queue.release("a");
  EXPECT_EQ(queue.statistics().average_wait_sync, Milliseconds(50));  // 0, 0, 500
  EXPECT_EQ(queue.statistics().estimate_error_sync, Milliseconds(100));
  EXPECT_EQ(queue.statistics().average_wait_async, Milliseconds(0));
  clock_.advance(Milliseconds(200));
  queue.release("a");
  EXPECT_EQ(queue.statistics().average_wait_async, Milliseconds(700));
  EXPECT_EQ(queue.statistics().estimate_error_async, Milliseconds(100));
}

TEST_F(SlotQueueTest, ChangeOfTypeIsEstimatedAnew) {
  SlotQueue queue({1, 10, 10}, clock_);
  ask(queue, "a");
  clock_.advance(Milliseconds(400));
  queue.release("a");
  ask(queue, "a");
  ask(queue, "a", false);
  const auto moved_up = ask(queue, "a", false);  // in 800 ms
  EXPECT_EQ(queue.change_type(moved_up, true)->eta, Milliseconds(400));
  clock_.advance(Milliseconds(400));
  queue.release("a");
  EXPECT_EQ(granted_.back(), moved_up);
  EXPECT_EQ(queue.statistics().estimate_error_sync, Milliseconds(0));
}

}  // namespace
}  // namespace berth::queue
