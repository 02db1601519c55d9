// The hub over a real store: whatever the outlets do, each subscriber gets what it asked for, once
// and in order.
#include "service/events/event_hub.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <random>
#include <thread>

#include "service/core/json_scan.h"
#include "service/events/gzip.h"
#include "storage/stores/store.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/turning_loop.h"
#include "tests/unit/events/inflate.h"

namespace berth::events {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What came out of one subscriber, and how much its client takes at a time.
struct Client {
  std::size_t room = std::string::npos;  ///< bytes it takes before it is full
  std::string received;
  bool full = false;
  std::string closed;
  Outlet::Owner* owner = nullptr;

  /// The client has read on.
  void read(std::size_t bytes) {
    room = bytes;
    if (std::exchange(full, false)) owner->outlet_ready();
  }
};

class ClientOutlet final : public Outlet {
 public:
  explicit ClientOutlet(std::shared_ptr<Client> client) : client_(std::move(client)) {}

  void open(Owner& owner) override { client_->owner = &owner; }
  std::size_t try_write(std::string_view text) override {
    if (client_->full) return 0;
    const std::size_t taken = std::min(client_->room, text.size());
    client_->received += text.substr(0, taken);
    if (client_->room != std::string::npos) client_->room -= taken;
    return taken;
  }
  bool queue(std::string text) override {
    client_->received += text;
    client_->full = client_->room <= text.size();
    if (client_->room != std::string::npos) client_->room -= std::min(client_->room, text.size());
    return !client_->full;
  }
  void end() override { close("ended"); }
  void close(std::string_view why) override {
    client_->closed = why;
    client_->owner->outlet_closed(why);
  }

 private:
  std::shared_ptr<Client> client_;
};

/// The ids of the blocks with an event, in order.
std::vector<std::int64_t> ids_in(const std::string& stream) {
  std::vector<std::int64_t> ids;
  for (std::size_t at = stream.find("data: {\"id\":"); at != std::string::npos;
       at = stream.find("data: {\"id\":", at + 1)) {
    ids.push_back(std::stoll(stream.substr(at + 12, 20)));
  }
  return ids;
}

class EventHubTest : public testing::Test {
 protected:
  void SetUp() override {
    core_ = std::thread([this] { core_loop_.run(); });
    open();
  }
  void TearDown() override {
    close();
    core_loop_.stop();
    core_.join();
  }

  /// The store belongs to the core loop's thread.
  void on_core(const std::function<void()>& work) {
    std::promise<void> done;
    core_loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  void close() {
    hub_.reset();
    on_core([this] { store_.reset(); });
  }

  void open(HubOptions options = {}) {
    storage::StoreOptions store_options;
    store_options.on_committed = [this](const std::shared_ptr<core::CommittedEvents>& batch) {
      mailbox_.put(batch);
    };
    on_core([&] {
      auto opened = storage::Store::open(
          folder_.file("berth.db"),
          [this](std::function<void()> task) { core_loop_.post(std::move(task)); }, clock_,
          store_options);
      ASSERT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    });
    hub_ = std::make_unique<EventHub>(loop_.get(), store_->event_history(), mailbox_, options);
  }

  /// As a service that starts again.
  void reopen(HubOptions options = {}) {
    close();
    open(options);
  }

  core::EventRecord event(const std::string& type = "job.started", std::size_t bytes = 20) {
    core::EventRecord made;
    made.type = type;
    made.data = fmt::format(R"({{"text":"{}"}})", std::string(bytes, 'x'));
    return made;
  }

  void commit(std::vector<core::EventRecord> events) {
    core::ChangeSet set;
    for (auto& each : events) set.add(std::move(each));
    core_loop_.post([this, set = std::make_shared<core::ChangeSet>(std::move(set))] {
      store_->change_log().commit(std::move(*set), [this](const core::Result<void>& stored) {
        EXPECT_TRUE(stored);
        ++stored_;
      });
    });
    ++committed_;
  }
  void commit(std::size_t count) {
    std::vector<core::EventRecord> events;
    for (std::size_t i = 0; i < count; ++i) events.push_back(event());
    commit(std::move(events));
  }
  void wait_stored() {
    ASSERT_TRUE(loop_.until([this] { return stored_ == committed_; }));
  }

  std::shared_ptr<Client> follow(Subscription wanted = {}) {
    auto client = std::make_shared<Client>();
    follow(client, std::move(wanted));
    return client;
  }
  EventHub::Handle follow(const std::shared_ptr<Client>& client, Subscription wanted) {
    return hub_->subscribe(std::move(wanted), std::make_unique<ClientOutlet>(client),
                           [](std::string_view, const SubscriberTotals&) {});
  }
  static Subscription after(std::int64_t id) {
    Subscription wanted;
    wanted.place.after = id;
    return wanted;
  }

  bool until_ids(const std::shared_ptr<Client>& client, std::size_t count) {
    return loop_.until([&] { return ids_in(client->received).size() >= count; });
  }

  static std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> ids;
    for (; first <= last; ++first) ids.push_back(first);
    return ids;
  }

  support::TemporaryFolder folder_;
  core::SystemClock clock_;
  loop::Loop core_loop_;
  std::thread core_;
  support::TurningLoop loop_;  // the stream loop
  CommittedMailbox mailbox_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<EventHub> hub_;
  std::atomic<int> stored_{0};
  int committed_ = 0;
};

TEST_F(EventHubTest, SendsWhatComesToAllWhoFollow) {
  const auto first = follow();
  const auto second = follow();
  EXPECT_EQ(first->received, "retry: 1000\nid: 0\n\n");
  commit(3);
  ASSERT_TRUE(until_ids(first, 3) && until_ids(second, 3));
  EXPECT_EQ(ids_in(first->received), range(1, 3));
  EXPECT_EQ(first->received, second->received);
  EXPECT_THAT(first->received, testing::Not(HasSubstr("replay.")));
  const auto statistics = hub_->statistics();
  EXPECT_EQ(statistics.subscribers, 2U);
  EXPECT_EQ(statistics.published, 3U);
  EXPECT_EQ(statistics.delivered, 6U);
  EXPECT_EQ(statistics.replayed, 0U);
  EXPECT_EQ(statistics.bytes, 2 * first->received.size());
}

TEST_F(EventHubTest, ReplaysFromTheStoreAndGoesOnLive) {
  commit(500);
  wait_stored();
  reopen({.page_bytes = 4'000});  // the ring is empty now
  const auto client = follow(after(100));
  commit(5);
  ASSERT_TRUE(until_ids(client, 405));
  EXPECT_EQ(ids_in(client->received), range(101, 505));
  EXPECT_THAT(client->received, HasSubstr("event: replay.caught_up\ndata: {\"last_id\":"));
  EXPECT_THAT(client->received, testing::Not(HasSubstr("truncated")));
}

TEST_F(EventHubTest, WhatIsPublishedBetweenTheQuestionAndItsPlaceHereIsSent) {
  const auto before = follow();
  commit(2);
  wait_stored();
  Subscription wanted;
  wanted.asked_at = hub_->last_id();
  commit(3);
  wait_stored();
  ASSERT_TRUE(until_ids(before, 5));
  const auto client = follow(wanted);
  commit(1);
  ASSERT_TRUE(until_ids(client, 4));
  EXPECT_EQ(ids_in(client->received), range(3, 6));
  EXPECT_THAT(client->received, Not(HasSubstr("caught_up")));

  // Also if nobody listened meanwhile.
  reopen();
  wanted.asked_at = hub_->last_id();
  commit(2);
  wait_stored();
  const auto first = follow(wanted);
  ASSERT_TRUE(until_ids(first, 2));
  EXPECT_EQ(ids_in(first->received), range(7, 8));
}

TEST_F(EventHubTest, OneWhoComesBackSoonIsServedFromMemory) {
  const auto before = follow();
  commit(50);
  ASSERT_TRUE(until_ids(before, 50));
  const auto client = follow(after(20));
  EXPECT_EQ(ids_in(client->received), range(21, 50));
  EXPECT_EQ(hub_->statistics().replayed, 0U);
}

TEST_F(EventHubTest, WhatOneDoesNotReadDelaysNobodyAndIsSentLater) {
  reopen({.ring_bytes = 500'000});
  const auto slow = std::make_shared<Client>();
  follow(slow, {});
  slow->room = 700;
  const auto fast = follow();
  std::int64_t last = 0;
  for (int i = 0; i < 400; ++i) {
    commit({event("job.started", 5'000), event("job.finished", 5'000), event()});
    last += 3;
  }
  ASSERT_TRUE(until_ids(fast, static_cast<std::size_t>(last)));
  EXPECT_LT(ids_in(slow->received).size(), 3U);
  // Its place is not in memory any more: the store has it.
  for (std::size_t i = 0; ids_in(slow->received).size() < static_cast<std::size_t>(last); ++i) {
    ASSERT_LT(i, 10'000U);
    slow->read(30'000);
    loop_.until([&] { return slow->full || ids_in(slow->received).back() == last; });
  }
  EXPECT_EQ(ids_in(slow->received), range(1, last));
  EXPECT_EQ(slow->received.substr(slow->received.find("id: 1\n")),
            fast->received.substr(fast->received.find("id: 1\n")));
  EXPECT_GT(hub_->statistics().replayed, 0U);
}

TEST_F(EventHubTest, FiltersAndTellsHowFarItHasCome) {
  reopen({.heartbeat = core::Milliseconds(20)});
  Subscription wanted;
  wanted.filter.types = {"job.*"};
  wanted.filter.least_severity = core::Severity::warning;
  const auto client = follow(wanted);
  auto failed = event("job.failed");
  failed.severity = core::Severity::error;
  auto ended = event("session.ended");
  ended.severity = core::Severity::error;
  commit({event("job.failed"), failed, ended, event()});
  ASSERT_TRUE(until_ids(client, 1));
  EXPECT_THAT(ids_in(client->received), ElementsAre(2));
  ASSERT_TRUE(
      loop_.until([&] { return client->received.find(":\nid: 4\n\n") != std::string::npos; }));
  ASSERT_TRUE(loop_.until([&] { return client->received.ends_with(":\n\n"); }));
}

TEST_F(EventHubTest, TellsWhoComesTooLateWhatIsLeft) {
  commit(50);
  wait_stored();
  core::HistoryErasure erasure;
  erasure.events_up_to = 30;
  core::ChangeSet set;
  set.add(std::move(erasure));
  core_loop_.post([this, set = std::make_shared<core::ChangeSet>(std::move(set))] {
    store_->change_log().commit(std::move(*set), [this](const auto&) { ++stored_; });
  });
  ++committed_;
  wait_stored();
  reopen();
  const auto late = follow(after(7));
  ASSERT_TRUE(until_ids(late, 20));
  EXPECT_EQ(ids_in(late->received), range(31, 50));
  EXPECT_THAT(
      late->received,
      HasSubstr("event: replay.truncated\ndata: {\"oldest_id\":31,\"requested_id\":7}\n\n"));
  const auto in_time = follow(after(30));
  ASSERT_TRUE(until_ids(in_time, 20));
  EXPECT_THAT(in_time->received, testing::Not(HasSubstr("truncated")));
}

TEST_F(EventHubTest, APlaceThatWasNeverGivenIsToldAndAllThatIsKeptIsSent) {
  commit(5);
  wait_stored();
  const auto client = follow(after(1'000'000));
  ASSERT_TRUE(until_ids(client, 5));
  EXPECT_EQ(ids_in(client->received), range(1, 5));
  EXPECT_THAT(client->received, HasSubstr("event: replay.truncated\ndata: "
                                          "{\"oldest_id\":1,\"requested_id\":1000000}\n\n"));
}

TEST_F(EventHubTest, BeginsAtATime) {
  commit(3);
  wait_stored();
  Subscription all;
  all.place.since = core::Timestamp(core::Milliseconds(1));
  const auto client = follow(all);
  ASSERT_TRUE(until_ids(client, 3));
  Subscription none;
  none.place.since = clock_.now() + core::Milliseconds(60'000);
  const auto later = follow(none);
  ASSERT_TRUE(loop_.until([&] { return later->owner != nullptr; }));
  commit(1);
  ASSERT_TRUE(until_ids(later, 1));
  EXPECT_THAT(ids_in(later->received), ElementsAre(4));
}

TEST_F(EventHubTest, WhatWasDroppedOnTheWayHereIsReadFromTheStore) {
  const auto client = follow();
  // Nobody turns the stream loop meanwhile.
  constexpr int kSets = 110;
  for (int i = 0; i < kSets; ++i) commit(200);
  while (stored_ < committed_) std::this_thread::yield();
  ASSERT_TRUE(until_ids(client, kSets * 200));
  EXPECT_EQ(ids_in(client->received), range(1, kSets * 200));
  EXPECT_GT(hub_->statistics().replayed, 0U);
}

TEST_F(EventHubTest, EndsAllWithTheLastEventSent) {
  const auto client = follow();
  commit(2);
  ASSERT_TRUE(until_ids(client, 2));
  hub_->end_all();
  EXPECT_EQ(client->closed, "ended");
  loop_.until([this] { return hub_->statistics().subscribers == 0; });
  EXPECT_EQ(hub_->statistics().delivered, 2U);
}

TEST_F(EventHubTest, EveryoneGetsEverythingOnceAndInOrderWhateverHappens) {
  constexpr unsigned kSeeds[] = {1, 2, 3};
  std::int64_t last = 0;
  for (const unsigned seed : kSeeds) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    reopen({.ring_bytes = 200'000, .page_bytes = 3'000});
    struct Follower {
      std::shared_ptr<Client> client = std::make_shared<Client>();
      Subscription wanted;
      EventHub::Handle subscriber;
      std::int64_t from = 0;
    };
    std::vector<Follower> followers(12);
    const std::int64_t before = last;
    for (std::size_t i = 0; i < followers.size(); ++i) {
      Follower& each = followers[i];
      each.from =
          before == 0 ? 0 : static_cast<std::int64_t>(below(static_cast<std::size_t>(before)));
      each.wanted = after(each.from);
      each.wanted.encoding = i % 3 == 0 ? Encoding::server_sent_gzip : Encoding::server_sent;
      if (i % 2 == 1) each.wanted.filter.topics = {"session"};
      each.client->room = below(5'000);
      each.subscriber = follow(each.client, each.wanted);
    }
    for (int step = 0; step < 300; ++step) {
      std::vector<core::EventRecord> events;
      for (std::size_t i = below(20); i > 0; --i) {
        // Ids rise by one here: those that are even are of sessions.
        ++last;
        events.push_back(event(last % 2 == 0 ? "session.started" : "job.started", below(400)));
      }
      if (!events.empty()) commit(std::move(events));
      Follower& one = followers[below(followers.size())];
      if (one.client->owner != nullptr) one.client->read(below(20'000));
      uv_run(loop_.get().raw(), UV_RUN_NOWAIT);
    }
    ASSERT_TRUE(loop_.until([&] {
      for (Follower& each : followers) {
        if (each.client->owner != nullptr) each.client->read(100'000);
      }
      return stored_ == committed_ && std::ranges::all_of(followers, [&](const Follower& each) {
               const auto subscriber = each.subscriber.lock();
               return subscriber && subscriber->cursor() >= last;
             });
    })) << "seed "
        << seed;
    for (const Follower& each : followers) {
      std::vector<std::int64_t> expected = range(each.from + 1, last);
      if (!each.wanted.filter.topics.empty()) {
        std::erase_if(expected, [](std::int64_t id) { return id % 2 == 1; });
      }
      const bool zipped = each.wanted.encoding == Encoding::server_sent_gzip;
      const std::string text =
          zipped ? inflate_stream(each.client->received) : each.client->received;
      EXPECT_EQ(ids_in(text), expected) << "seed " << seed << " from " << each.from;
    }
  }
}

}  // namespace
}  // namespace berth::events
