// Days of traffic in virtual time: what the queue does is compared with a model at every step.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "service/queue/slot_queue.h"
#include "tests/support/virtual_clock.h"
#include "tests/unit/queue/queue_model.h"

namespace berth::queue {
namespace {

using core::Milliseconds;

constexpr int kRequests = 100'000;
constexpr int kClients = 12;
constexpr std::size_t kMaxSlots = 8;
constexpr SlotQueue::Limits kLimits{kMaxSlots, 250, 80, 3};

std::string name_of(int client) {
  return "client-" + std::to_string(client);
}

class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed) {
    queue_ = std::make_unique<SlotQueue>(kLimits, clock_);
  }

  void run() {
    while (arrived_ < kRequests && !testing::Test::HasFailure()) {
      pass_time();
      act();
      check();
      if (++steps_ % 500 == 0) check_positions();
      if (steps_ % 20'000 == 0) restart();
    }
    drain();
  }

 private:
  struct Holder {
    core::Instant until;
    int client = 0;
    bool operator>(const Holder& other) const { return until > other.until; }
  };

  unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  int any_client() {
    // Half of all requests are one greedy client's.
    return dice(2) == 0 ? 0 : static_cast<int>(dice(kClients));
  }
  const QueueModel::Request* any_waiting() {
    if (model_.waiting().empty()) return nullptr;
    return &model_.waiting()[random_() % model_.waiting().size()];
  }

  /// Load comes in tides, so that the queue both fills up and runs empty.
  void pass_time() {
    const bool flood = steps_ % 10'000 < 5'000;
    clock_.advance(Milliseconds(dice(flood ? 150 : 450)));
    while (!holders_.empty() && holders_.top().until <= clock_.instant()) {
      const int client = holders_.top().client;
      holders_.pop();
      queue_->release(name_of(client));
      model_.release(client);
      compare_grants();
    }
  }

  void act() {
    const unsigned what = dice(100);
    if (what < 80) {
      request();
    } else if (what < 86) {
      cancel();
    } else if (what < 93) {
      change_type();
    } else if (what < 95) {
      set_slots();
    } else if (what < 97) {
      move_slot();
    } else if (what < 98) {
      claim();
    } else {
      tell_positions();
    }
  }

  void hold(int client) {
    holders_.push({clock_.instant() + Milliseconds(1 + dice(2'000)), client});
  }

  SlotQueue::Granted granted(const core::RequestId& id, int client) {
    return [this, id, client] {
      granted_.push_back(id);
      hold(client);
    };
  }

  void request() {
    const auto id = core::RequestId::make();
    const int client = any_client();
    const bool sync = dice(3) != 0;
    ++arrived_;
    const auto taken = queue_->request({id, name_of(client), sync, granted(id, client)});
    const auto expected = model_.request(id, client, sync);
    ASSERT_TRUE(granted_.empty()) << "granted from inside request()";
    ASSERT_EQ(taken.has_value(), expected.has_value());
    if (!taken) {
      ASSERT_EQ(taken.error().code, core::ErrorCode::limit_exceeded);
      ASSERT_GT(taken.error().retry_after.value_or(Milliseconds(0)), Milliseconds(0));
      ++refused_;
      return;
    }
    ASSERT_EQ(*taken, *expected);
    if (*taken) return hold(client);
    if (dice(4) == 0) told_[id] = queue_->watch(id)->position;
  }

  void cancel() {
    const QueueModel::Request* chosen = any_waiting();
    if (chosen == nullptr) return;
    const core::RequestId id = chosen->id;
    EXPECT_TRUE(queue_->cancel(id));
    EXPECT_FALSE(queue_->cancel(id));
    model_.cancel(id);
    told_.erase(id);
    ++cancelled_;
  }

  void change_type() {
    const QueueModel::Request* chosen = any_waiting();
    if (chosen == nullptr) return;
    const bool sync = dice(2) == 0;
    const core::RequestId id = chosen->id;
    model_.change_type(id, sync);
    const auto place = queue_->change_type(id, sync);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->sync, sync);
  }

  void set_slots() {
    const std::size_t slots = 1 + dice(kMaxSlots);
    queue_->set_slots(slots);
    model_.set_slots(slots);
    compare_grants();
  }

  void move_slot() {
    if (holders_.empty()) return;
    Holder moved = holders_.top();
    holders_.pop();
    const int from = std::exchange(moved.client, any_client());
    holders_.push(moved);
    queue_->move_slot(name_of(from), name_of(moved.client));
    model_.move_slot(from, moved.client);
    compare_grants();
  }

  void claim() {
    const QueueModel::Request* chosen = any_waiting();
    if (chosen == nullptr || chosen->claimed) return;
    const auto [id, client] = std::pair(chosen->id, chosen->client);
    const bool taken = *queue_->claim(id, granted(id, client));
    ASSERT_EQ(taken, model_.claim(id));
    if (taken) hold(client);
    ++claimed_;
  }

  void tell_positions() {
    for (const SlotQueue::Moved& moved : queue_->moved(50)) {
      ASSERT_TRUE(told_.contains(moved.id));
      ASSERT_NE(told_[moved.id], moved.place.position);
      told_[moved.id] = moved.place.position;
    }
  }

  /// The same requests in the same order, from both.
  void compare_grants() {
    const auto expected = model_.take_granted();
    ASSERT_EQ(granted_, expected);
    served_ += expected.size();
    for (const core::RequestId& id : expected) told_.erase(id);
    granted_.clear();
  }

  void check() const {
    ASSERT_TRUE(granted_.empty());
    ASSERT_FALSE(model_.idles());
    ASSERT_EQ(queue_->waiting(), model_.waiting().size());
    ASSERT_EQ(queue_->used(), model_.used());
    ASSERT_EQ(queue_->used(), holders_.size());
    ASSERT_EQ(queue_->used_by(name_of(0)), model_.used_by(0));
    ASSERT_GE(queue_->slots(), 1);
  }

  /// Positions are 1..n in serving order, and estimates are no less for those further back.
  void check_positions() {
    const auto sorted = model_.in_serving_order();
    const auto list = queue_->list(0, sorted.size() + 1);
    ASSERT_EQ(list.size(), sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const auto place = queue_->place(sorted[i].id);
      ASSERT_TRUE(place);
      ASSERT_EQ(place->position, static_cast<std::int64_t>(i) + 1);
      ASSERT_EQ(list[i].id, sorted[i].id);
      ASSERT_EQ(list[i].client_id, name_of(sorted[i].client));
      ASSERT_EQ(place->sync, sorted[i].sync);
      ASSERT_EQ(place->hold == SlotQueue::Hold::unclaimed, !sorted[i].claimed);
      ASSERT_GE(place->eta, Milliseconds(0));
    }
    // After enough sweeps everybody has been told where they are.
    for (std::size_t i = 0; i <= told_.size() / 50; ++i) tell_positions();
    for (const auto& [id, position] : told_) ASSERT_EQ(queue_->place(id)->position, position);
    deepest_ = std::max(deepest_, sorted.size());
  }

  /// A new queue with what the old one knew; hosts go on.
  void restart() {
    auto stored = queue_->list(0, queue_->waiting());
    std::shuffle(stored.begin(), stored.end(), random_);
    SlotQueue::Limits limits = kLimits;
    limits.slots = model_.slots();
    queue_ = std::make_unique<SlotQueue>(limits, clock_);
    for (auto holders = holders_; !holders.empty(); holders.pop()) {
      queue_->occupy(name_of(holders.top().client));
    }
    for (const SlotQueue::Waiting& request : stored) {
      ASSERT_TRUE(queue_->restore(
          {request.id, request.client_id, request.place.sync, request.place.arrival}));
    }
    restored_ += stored.size();
    model_.forget_claims();
    told_.clear();
    check_positions();
  }

  void drain() {
    clock_.advance(Milliseconds(1));
    std::set<core::RequestId> expected;
    for (const QueueModel::Request& request : model_.waiting()) {
      if (!request.claimed) expected.insert(request.id);
    }
    const auto expired = queue_->expire_unclaimed(clock_.instant());
    EXPECT_EQ(std::set<core::RequestId>(expired.begin(), expired.end()), expected);
    for (const core::RequestId& id : expired) model_.cancel(id);
    while (!holders_.empty() && !testing::Test::HasFailure()) {
      clock_.advance(Milliseconds(100));
      pass_time();
      check();
    }
    EXPECT_EQ(queue_->waiting(), 0) << "somebody starved";
    EXPECT_EQ(queue_->used(), 0);
    EXPECT_TRUE(queue_->moved(1'000).empty());
    for (int i = 0; i < kClients; ++i) {
      EXPECT_EQ(queue_->used_by(name_of(i)), 0);
    }
    // The traffic was what it is meant to be.
    EXPECT_GT(served_, 10'000);
    EXPECT_GT(cancelled_, 1'000);
    EXPECT_GT(refused_, 100);
    EXPECT_GT(deepest_, 100);
    EXPECT_GT(restored_, 0);
    EXPECT_GT(claimed_, 0);
  }

  std::mt19937 random_;
  support::VirtualClock clock_;
  std::unique_ptr<SlotQueue> queue_;
  QueueModel model_{kLimits, kClients};
  std::priority_queue<Holder, std::vector<Holder>, std::greater<>> holders_;
  std::map<core::RequestId, std::int64_t> told_;  // of those watched
  std::vector<core::RequestId> granted_;          // by the queue, not yet compared
  int steps_ = 0;
  int arrived_ = 0;
  std::size_t served_ = 0;
  std::size_t cancelled_ = 0;
  std::size_t refused_ = 0;
  std::size_t restored_ = 0;
  std::size_t claimed_ = 0;
  std::size_t deepest_ = 0;
};

/// Another seed: --gtest_random_seed=N.
TEST(QueueSimulationTest, DoesWhatTheModelDoes) {
  const int chosen = testing::GTEST_FLAG(random_seed);
  const auto seed = static_cast<unsigned>(chosen != 0 ? chosen : 4'711);
  SCOPED_TRACE("seed " + std::to_string(seed));
  Simulation(seed).run();
}

/// Positions of a hundred thousand while they are served: with a step that counts through the queue
/// this would be five thousand million steps, and the test would not end in its time.
TEST(QueueSimulationTest, AHundredThousandWait) {
  constexpr std::size_t kWaiting = 100'000;
  const support::VirtualClock clock;
  SlotQueue queue({1, kWaiting, kWaiting}, clock);
  queue.occupy("a");
  std::size_t served = 0;
  std::vector<core::RequestId> ids;
  for (std::size_t i = 0; i < kWaiting; ++i) {
    ids.push_back(core::RequestId::make());
    const std::string client = name_of(static_cast<int>(i % 100));
    ASSERT_FALSE(*queue.request({ids.back(), client, i % 2 == 0, [&] { ++served; }}));
    ASSERT_TRUE(queue.watch(ids.back()));
  }
  std::size_t told = 0;
  for (std::size_t i = 0; i < kWaiting; ++i) {
    const core::RequestId& any = ids[(i * 7'919) % kWaiting];
    if (const auto place = queue.place(any); place && i % 4 == 0) {
      ASSERT_TRUE(queue.change_type(any, !place->sync));
    }
    queue.release("a");
    told += queue.moved(2).size();
  }
  EXPECT_EQ(served, kWaiting);
  EXPECT_EQ(queue.waiting(), 0);
  EXPECT_GT(told, kWaiting / 2);
}

}  // namespace
}  // namespace berth::queue
