#include <gtest/gtest.h>

#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

core::Timestamp at(std::int64_t seconds) {
  return core::Timestamp(core::Milliseconds(kStart + seconds * 1'000));
}

class HistoryTest : public StoreTest {
 protected:
  /// A session, a request, a connection and an event that begin in this second; the first three end
  /// in the next one, or never.
  void record(std::int64_t second, bool ends = true) {
    core::SessionRecord session = make_session();
    session.created_at = at(second);
    core::RequestRecord request;
    request.id = core::RequestId::make();
    request.client_id = "client";
    request.arrived_at = at(second);
    core::ConnectionRecord connection;
    connection.id = core::ConnectionId::make();
    connection.client_id = "client";
    connection.opened_at = at(second);
    if (ends) {
      session.state = core::SessionState::ended;
      session.ended_at = at(second + 1);
      request.state = core::RequestState::cancelled;
      request.ended_at = at(second + 1);
      connection.closed_at = at(second + 1);
    }
    sessions_.push_back(session.id);
    requests_.push_back(request.id);
    connections_.push_back(connection.id);
    clock_.set(kStart + second * 1'000);
    ASSERT_TRUE(commit(set_of(session, request, connection, make_event())));
  }

  core::HistoryErasure excess(core::Timestamp since, std::int64_t count, std::size_t limit = 100) {
    const auto found = ask<core::HistoryErasure>([=](core::Queries& queries, auto done) {
      queries.excess_history({since, count}, limit, std::move(done));
    });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(core::HistoryErasure());
  }

  template <class Id>
  static std::vector<Id> some(const std::vector<Id>& all, std::vector<std::size_t> which) {
    std::vector<Id> ids;
    for (const std::size_t i : which) ids.push_back(all.at(i));
    return ids;
  }

  void expect_found(const core::HistoryErasure& found, const std::vector<std::size_t>& which) {
    EXPECT_EQ(found.sessions, some(sessions_, which));
    EXPECT_EQ(found.requests, some(requests_, which));
    EXPECT_EQ(found.connections, some(connections_, which));
  }

  std::vector<core::SessionId> sessions_;
  std::vector<core::RequestId> requests_;
  std::vector<core::ConnectionId> connections_;
};

TEST_F(HistoryTest, FindsWhatIsOldAndHasEnded) {
  for (const std::int64_t second : {0, 10, 20, 30}) record(second, second != 10);
  expect_found(excess(at(25), 100), {0, 2});
  EXPECT_EQ(excess(at(25), 100).events_up_to, all_events().at(2).id);
  EXPECT_TRUE(excess(at(0), 100).empty());
  // What ended since then is kept, however long ago it began.
  expect_found(excess(at(21), 100), {0});
}

TEST_F(HistoryTest, FindsWhatIsTooMuchAndHasEnded) {
  for (const std::int64_t second : {0, 10, 20, 30}) record(second, second != 0);
  const core::HistoryErasure found = excess(at(0), 2);
  expect_found(found, {1});
  EXPECT_EQ(found.events_up_to, all_events().at(1).id);
}

TEST_F(HistoryTest, KeepsAsManyAsItShallOfThoseThatBeganTogether) {
  for (int i = 0; i < 4; ++i) record(7);
  EXPECT_EQ(excess(at(0), 3).sessions.size(), 1U);
}

TEST_F(HistoryTest, FindsTheOldestFirstInSmallSteps) {
  for (const std::int64_t second : {30, 0, 20, 10}) record(second);
  const core::HistoryErasure first = excess(at(100), 100, 2);
  expect_found(first, {1, 3});
  EXPECT_TRUE(first.more);
  // All of the events are found at once: to look again for each step would take long.
  EXPECT_EQ(first.events_from, all_events().front().id);
  EXPECT_EQ(first.events_up_to, all_events().back().id);
  EXPECT_FALSE(excess(at(100), 100, 5).more);
}

TEST_F(HistoryTest, ErasesThatAndNothingElse) {
  for (const std::int64_t second : {0, 10, 20}) record(second);
  const auto before = all_events();
  ASSERT_TRUE(commit(set_of(excess(at(15), 100))));
  expect_found(excess(at(100), 100), {2});
  ASSERT_EQ(all_events().size(), 1U);
  EXPECT_EQ(all_events().front().id, before.at(2).id);

  // Ids go on where they were, also when none is left.
  core::HistoryErasure all;
  all.events_up_to = before.at(2).id;
  ASSERT_TRUE(commit(set_of(all)));
  close();
  open();
  ASSERT_TRUE(commit(set_of(make_event())));
  EXPECT_GT(all_events().at(0).id, before.at(2).id);
}

}  // namespace
}  // namespace berth::storage
