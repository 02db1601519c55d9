#include <gmock/gmock.h>

#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

class EventsTest : public StoreTest {
 protected:
  void SetUp() override { open(); }

  void store(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(commit(set_of(make_event())));
  }

  /// A copy of the files as they are now: what a power cut or kill -9 leaves.
  void crash() {
    support::TemporaryFolder other;
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(path() + suffix, other.file("berth.db") + suffix);
    }
    close();
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(other.file("berth.db") + suffix, path() + suffix,
                                 std::filesystem::copy_options::overwrite_existing);
    }
  }
};

TEST_F(EventsTest, IdsGoOnWithoutAGapAfterACleanEnd) {
  store(3);
  close();
  open();
  EXPECT_EQ(store_->last_event_id(), 3);
  store(2);
  const auto all = all_events();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all.back().id, 5);
}

TEST_F(EventsTest, EachHasACorrelationId) {
  auto asked_for = make_event();
  asked_for.correlation_id = core::CorrelationId::make();
  auto by_itself = make_event();
  by_itself.correlation_id = {};
  ASSERT_TRUE(commit(set_of(asked_for, by_itself)));
  const auto all = all_events();
  EXPECT_EQ(all[0].correlation_id, asked_for.correlation_id);
  EXPECT_TRUE(core::CorrelationId::parse(all[1].correlation_id.str(), "correlation_id"));
  EXPECT_NE(all[1].correlation_id, asked_for.correlation_id);
}

TEST_F(EventsTest, AnUncleanEndBeginsTheNextBlock) {
  store(3);
  crash();
  open();
  EXPECT_EQ(store_->last_event_id(), EventIds::kBlockSize);
  store(1);
  const auto all = all_events();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[2].id, 3);
  EXPECT_EQ(all[3].id, EventIds::kBlockSize + 1);
}

TEST_F(EventsTest, IdsAreNotGivenAgainWhenTheLastCommitsAreLost) {
  store(1);  // reserves the block, synced
  support::TemporaryFolder other;
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(path() + suffix, other.file("berth.db") + suffix);
  }
  store(100);  // ordinary: a power cut takes them, though they were told
  const auto told = store_->last_event_id();
  close();
  std::filesystem::copy_file(other.file("berth.db"), path(),
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(other.file("berth.db-wal"), path() + "-wal");
  open();
  store(1);
  EXPECT_EQ(all_events().size(), 2U);
  EXPECT_GT(all_events().back().id, told);
}

TEST_F(EventsTest, OneTransactionMayTakeMoreThanABlock) {
  core::ChangeSet set;
  const auto count = static_cast<std::size_t>(EventIds::kBlockSize) + 10;
  for (std::size_t i = 0; i < count; ++i) set.add(make_event());
  ASSERT_TRUE(commit(std::move(set)));
  store(1);
  EXPECT_EQ(all_events().size(), count + 1);
  EXPECT_EQ(store_->last_event_id(), static_cast<std::int64_t>(count) + 1);
}

TEST_F(EventsTest, ABlockThatIsUsedUpIsFollowedByTheNext) {
  for (int i = 0; i < 5; ++i) {
    core::ChangeSet set;
    for (int k = 0; k < 1'000; ++k) set.add(make_event());
    ASSERT_TRUE(commit(std::move(set)));
  }
  EXPECT_EQ(store_->last_event_id(), 5'000);
  EXPECT_EQ(store_->counters().writer.syncs, 2U);
  crash();
  open();
  store(1);
  EXPECT_GT(store_->last_event_id(), 5'000);
}

TEST_F(EventsTest, TimeNeverFallsAsIdsRise) {
  clock_.set(5'000);
  store(1);
  clock_.set(4'000);  // set back
  store(1);
  close();
  open();
  clock_.set(3'000);
  store(1);
  clock_.set(6'000);
  store(1);
  std::vector<std::int64_t> times;
  for (const auto& event : all_events()) times.push_back(event.time.time_since_epoch().count());
  EXPECT_THAT(times, testing::ElementsAre(5'000, 5'000, 5'000, 6'000));
}

TEST_F(EventsTest, IdAndTimeOfTheCallerAreNotTaken) {
  auto event = make_event();
  event.id = 77;
  event.time = core::Timestamp(core::Milliseconds(9));
  ASSERT_TRUE(commit(set_of(event)));
  const auto all = all_events();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].id, 1);
  EXPECT_EQ(all[0].time, clock_.now());
}

}  // namespace
}  // namespace berth::storage
