#include "service/queue/slot_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

namespace berth::queue {
namespace {

class VirtualClock final : public core::Clock {
 public:
  core::Timestamp now() const override { return core::Timestamp(core::Milliseconds(time_)); }
  core::Instant instant() const override { return core::Instant(core::Milliseconds(time_)); }
  void advance(std::int64_t milliseconds) { time_ += milliseconds; }

 private:
  std::int64_t time_ = 1'000;
};

class SlotQueueTest : public testing::Test {
 protected:
  core::RequestId ask(SlotQueue& queue, const std::string& client, bool sync) {
    SlotQueue::Request request;
    request.id = core::RequestId::make();
    request.client_id = client;
    request.sync = sync;
    request.granted = [this, id = request.id] { granted_.push_back(id); };
    const core::RequestId id = request.id;
    const auto taken = queue.request(std::move(request));
    EXPECT_TRUE(taken) << taken.error().message;
    if (taken && *taken) granted_.push_back(id);
    return id;
  }

  VirtualClock clock_;
  std::vector<core::RequestId> granted_;
};

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
    clock_.advance(200);
    queue.release("a");
  }
  EXPECT_EQ(queue.place(last)->position, 1);
  EXPECT_NEAR(static_cast<double>(queue.place(last)->eta.count()), 200, 5);
}

/// Random traffic against a model that is nothing but two lists.
TEST_F(SlotQueueTest, AgreesWithAModelUnderRandomTraffic) {
  std::mt19937 random(4'711);
  SlotQueue queue({3, 1'000'000, 1'000'000}, clock_);
  std::deque<core::RequestId> sync;
  std::deque<core::RequestId> async;
  std::size_t used = 0;
  std::vector<core::RequestId> expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto dice = random() % 100;
    if (dice < 55) {
      const bool is_sync = random() % 2 == 0;
      const auto id = ask(queue, "c" + std::to_string(random() % 5), is_sync);
      if (used < 3 && sync.empty() && async.empty()) {
        ++used;
        expected.push_back(id);
      } else {
        (is_sync ? sync : async).push_back(id);
      }
    } else if (dice < 95) {
      if (used == 0) continue;
      queue.release("a");
      --used;
      std::deque<core::RequestId>& next = sync.empty() ? async : sync;
      if (next.empty()) continue;
      expected.push_back(next.front());
      next.pop_front();
      ++used;
    } else if (!async.empty()) {
      EXPECT_TRUE(queue.cancel(async.back()));
      async.pop_back();
    }
    ASSERT_EQ(queue.waiting(), sync.size() + async.size());
  }
  EXPECT_EQ(granted_, expected);
}

}  // namespace
}  // namespace berth::queue
