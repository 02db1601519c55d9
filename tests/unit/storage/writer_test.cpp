#include <gmock/gmock.h>

#include <latch>
#include <mutex>

#include "storage/sqlite/database.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using core::ErrorCode;
using testing::ElementsAre;

/// A store whose writer can be held after a commit, so that sets gather behind it.
class WriterTest : public StoreTest {
 protected:
  void SetUp() override {}

  void open_held(sqlite::WriterOptions writer = {}) {
    StoreOptions options;
    options.writer = writer;
    options.on_committed = [this](std::shared_ptr<const CommittedEvents> batch) {
      {
        const std::lock_guard lock(mutex_);
        batches_.push_back(std::move(batch));
      }
      if (!held_.exchange(true)) {
        entered_.count_down();
        release_.wait();
      }
    };
    open(std::move(options));
    loop_.run([this] { store_->change_log().commit(set_of(make_event()), nullptr); });
    entered_.wait();
  }

  /// Adds to the queue; `answers_` gets (number, result).
  void enqueue(int number, core::ChangeSet set) {
    store_->change_log().commit(std::move(set), [this, number](core::Result<void> result) {
      answers_.emplace_back(number, result ? std::nullopt : std::optional(result.error().code));
    });
  }

  /// Lets the writer go and waits until all that was asked is answered.
  void release() {
    release_.count_down();
    ASSERT_TRUE(commit(set_of(make_event("test.last"))));
  }

  using Answer = std::pair<int, std::optional<ErrorCode>>;
  std::latch entered_{1};
  std::latch release_{1};
  std::atomic<bool> held_ = false;
  std::vector<Answer> answers_;  // core loop
  std::mutex mutex_;
  std::vector<std::shared_ptr<const CommittedEvents>> batches_;  // guarded by mutex_
};

TEST_F(WriterTest, CommitsAllThatWaitsTogetherAndAnswersInOrder) {
  open_held();
  loop_.run([this] {
    for (int i = 0; i < 500; ++i) enqueue(i, set_of(make_job(), make_event()));
  });
  release();
  ASSERT_EQ(answers_.size(), 500U);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(answers_[static_cast<std::size_t>(i)], Answer(i, std::nullopt));
  }
  const auto counters = store_->counters().writer;
  EXPECT_EQ(counters.sets, 502U);
  EXPECT_GE(counters.largest_batch, 500U);  // the last one may have come in time
  EXPECT_LE(counters.commits, 3U);
  EXPECT_EQ(counters.queued_sets, 0U);
}

TEST_F(WriterTest, ABatchHasABound) {
  open_held({.max_queued_sets = 65'536, .max_batch_sets = 512});
  loop_.run([this] {
    for (int i = 0; i < 1'100; ++i) enqueue(i, set_of(make_host()));
  });
  release();
  EXPECT_EQ(store_->counters().writer.largest_batch, 512U);
  EXPECT_EQ(answers_.size(), 1'100U);
}

TEST_F(WriterTest, OnlyABatchWithADurableSetIsSynced) {
  open_held();  // its first event reserved a block of ids: synced
  const auto before = store_->counters().writer;
  EXPECT_EQ(before.syncs, 1U);
  release();
  ASSERT_TRUE(commit(set_of(make_host())));
  EXPECT_EQ(store_->counters().writer.syncs, 1U);
  auto durable = set_of(make_host());
  durable.durability = core::Durability::durable;
  ASSERT_TRUE(commit(durable));
  EXPECT_EQ(store_->counters().writer.syncs, 2U);
  ASSERT_TRUE(commit(set_of(make_host())));
  EXPECT_EQ(store_->counters().writer.syncs, 2U);
}

TEST_F(WriterTest, EventsAreToldBeforeTheDiskHasThemAndPromisedAfter) {
  std::vector<std::uint64_t> syncs_when_told;
  StoreOptions options;
  options.on_committed = [&](const std::shared_ptr<const CommittedEvents>&) {
    syncs_when_told.push_back(store_->counters().writer.syncs);
  };
  open(std::move(options));
  ASSERT_TRUE(commit(set_of(make_event())));  // reserves ids, which must not be given twice
  auto durable = set_of(make_event());
  durable.durability = core::Durability::durable;
  ASSERT_TRUE(commit(durable));
  EXPECT_EQ(store_->counters().writer.syncs, 2U);
  EXPECT_THAT(syncs_when_told, ElementsAre(1U, 1U));
}

TEST_F(WriterTest, ABadSetHarmsNoneOfItsNeighbours) {
  open_held();
  std::vector<core::JobRecord> made;
  for (int i = 0; i < 5; ++i) made.push_back(make_job());
  made[1].request_key = "same";
  made[3].request_key = "same";  // the unique index refuses the second
  loop_.run([&] {
    for (int i = 0; i < 5; ++i) {
      enqueue(i, set_of(make_event("test.before"), made[static_cast<std::size_t>(i)]));
    }
  });
  release();
  EXPECT_THAT(answers_,
              ElementsAre(Answer(0, std::nullopt), Answer(1, std::nullopt), Answer(2, std::nullopt),
                          Answer(3, ErrorCode::conflict), Answer(4, std::nullopt)));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(job(made[i].id).has_value(), i != 3) << i;
  // The event of the refused set is not there either, and left no gap.
  const auto stored = all_events();
  ASSERT_EQ(stored.size(), 1 + 4 + 1U);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].id, static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(store_->counters().writer.failed_sets, 1U);
}

TEST_F(WriterTest, ASetIsStoredWholeOrNotAtAll) {
  open();
  auto first = make_job();
  first.link_key = "link";
  ASSERT_TRUE(commit(set_of(first)));
  auto good = make_job();
  auto bad = make_job();
  bad.link_key = "link";
  const auto refused = commit(set_of(good, make_host(), bad));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_FALSE(job(good.id));
  ASSERT_TRUE(commit(set_of(good)));  // and the writer is alive
}

TEST_F(WriterTest, AFullQueueAnswersInTurn) {
  open_held({.max_queued_sets = 3, .max_batch_sets = 2});
  loop_.run([this] {
    for (int i = 0; i < 5; ++i) enqueue(i, set_of(make_host()));
  });
  EXPECT_EQ(store_->counters().writer.queued_sets, 3U);
  release_.count_down();
  // A set after the refused ones waits until there is room.
  while (!commit(set_of(make_host()))) {
  }
  EXPECT_THAT(answers_, ElementsAre(Answer(0, std::nullopt), Answer(1, std::nullopt),
                                    Answer(2, std::nullopt), Answer(3, ErrorCode::limit_exceeded),
                                    Answer(4, ErrorCode::limit_exceeded)));
  EXPECT_GE(store_->counters().writer.rejected_sets, 2U);
}

TEST_F(WriterTest, ClosingCommitsWhatWaits) {
  open_held();
  std::vector<core::JobRecord> made;
  loop_.run([&] {
    for (int i = 0; i < 1'000; ++i) {
      made.push_back(make_job());
      enqueue(i, set_of(made.back()));
    }
  });
  release_.count_down();
  close();
  ASSERT_EQ(answers_.size(), 1'000U);
  open();
  EXPECT_TRUE(job(made.front().id));
  EXPECT_TRUE(job(made.back().id));
}

TEST_F(WriterTest, AfterClosingEveryCallIsAnsweredUnavailable) {
  open();
  loop_.run([this] { ASSERT_TRUE(store_->close()); });
  const auto refused = commit(set_of(make_host()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  const auto unread = job(core::JobId::make());
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code, ErrorCode::unavailable);
}

TEST_F(WriterTest, GivesBackTheSpaceOfWhatIsErased) {
  StoreOptions options;
  options.writer.tidy_interval = std::chrono::milliseconds(0);
  open(options);
  core::ChangeSet jobs;
  core::ChangeSet erasures;
  for (int i = 0; i < 300; ++i) {
    core::JobRecord job = make_job();
    job.stdout_whole = std::string(30'000, 'x');
    erasures.add(core::JobErasure{job.id});
    jobs.add(std::move(job));
  }
  ASSERT_TRUE(commit(std::move(jobs)));
  ASSERT_TRUE(commit(std::move(erasures)));
  // By and by, while nothing else is to be written.
  auto reader = sqlite::Database::open(path(), sqlite::Access::read_only);
  ASSERT_TRUE(reader);
  const auto pages = [&] {
    sqlite::Statement statement = (*reader)->statement("PRAGMA page_count");
    EXPECT_TRUE(statement.step());
    return statement.take_integer();
  };
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (pages() > 600) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  reader->reset();
  close();
  EXPECT_LT(std::filesystem::file_size(path()), 600 * 4'096);
}

TEST_F(WriterTest, LeavesNoLogBehind) {
  open();
  ASSERT_TRUE(commit(set_of(make_job(), make_event())));
  ASSERT_TRUE(std::filesystem::exists(path() + "-wal"));
  close();
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

TEST_F(WriterTest, CommittedEventsAreChained) {
  open_held();
  loop_.run([this] {
    for (int i = 0; i < 10; ++i) enqueue(i, set_of(make_event(), make_host(), make_event()));
  });
  release();
  ASSERT_TRUE(commit(set_of(make_host())));  // no events, no batch
  ASSERT_TRUE(commit(set_of(make_event("test.alone"))));
  const std::lock_guard lock(mutex_);
  std::int64_t tail = 0;
  std::size_t count = 0;
  for (const auto& batch : batches_) {
    EXPECT_EQ(batch->prev_id, tail);
    ASSERT_FALSE(batch->events.empty());
    std::int64_t id = tail;
    for (const auto& event : batch->events) EXPECT_GT(event.id, std::exchange(id, event.id));
    EXPECT_EQ(batch->last_id, id);
    tail = batch->last_id;
    count += batch->events.size();
  }
  EXPECT_EQ(count, 1 + 20 + 1 + 1U);
  EXPECT_EQ(tail, store_->last_event_id());
  EXPECT_EQ(batches_.back()->events.back().type, "test.alone");
}

TEST_F(WriterTest, EventsAreHandedOverBeforeTheirSetIsAnswered) {
  std::atomic<std::int64_t> handed = 0;
  StoreOptions options;
  options.on_committed = [&](const std::shared_ptr<const CommittedEvents>& batch) {
    handed = batch->last_id;
  };
  open(std::move(options));
  for (std::int64_t id = 1; id <= 50; ++id) {
    ASSERT_TRUE(commit(set_of(make_event())));
    ASSERT_GE(handed.load(), id);
  }
}

}  // namespace
}  // namespace berth::storage
