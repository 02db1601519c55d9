#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using core::ErrorCode;
using core::JobRecord;
using core::ListFilter;
using core::Milliseconds;
using core::Timestamp;
using testing::ElementsAre;
using testing::IsEmpty;

class QueriesTest : public StoreTest {
 protected:
  std::vector<core::JobId> ids_of(const ListFilter& filter) {
    std::vector<core::JobId> ids;
    const auto page = jobs(filter);
    EXPECT_TRUE(page) << page.error().message;
    for (const auto& each : page->items) ids.push_back(each.id);
    return ids;
  }

  std::vector<std::string> types_of(const core::EventFilter& filter, core::EventPlace place = {}) {
    std::vector<std::string> types;
    core::EventQuery query;
    query.filter = filter;
    query.place = place;
    const auto page = events(query);
    EXPECT_TRUE(page) << page.error().message;
    for (const auto& each : page->items) types.push_back(each.type);
    return types;
  }

  core::Result<std::optional<JobRecord>> by_key(const std::string& client,
                                                const std::string& request,
                                                const std::string& link) {
    return ask<std::optional<JobRecord>>([&](core::Queries& queries, auto done) {
      queries.job_by_key(client, request, link, std::move(done));
    });
  }
};

/// By the names that queries have.
core::EventFilter filter_of(std::initializer_list<std::pair<std::string_view, std::string>> items) {
  core::EventFilter filter;
  for (const auto& [name, value] : items) EXPECT_TRUE(core::add_condition(filter, name, value));
  return filter;
}

core::EventPlace behind(std::int64_t id) {
  core::EventPlace place;
  place.after = id;
  return place;
}

JobRecord job_at(std::int64_t time, const std::string& client = "client") {
  JobRecord record = make_job(client);
  record.created_at = Timestamp(Milliseconds(time));
  return record;
}

TEST_F(QueriesTest, PagesAreCompleteWithoutRepeats) {
  // Many share a time: the id decides. Between pages new jobs come and others change.
  std::set<core::JobId> made;
  for (int i = 0; i < 250; ++i) {
    const auto record = job_at(1'000 + i / 40);
    made.insert(record.id);
    ASSERT_TRUE(commit(set_of(record)));
  }
  ListFilter filter;
  filter.limit = 7;
  std::vector<std::pair<Timestamp, core::JobId>> seen;
  while (true) {
    const auto page = jobs(filter);
    ASSERT_TRUE(page);
    ASSERT_LE(page->items.size(), 7U);
    for (const auto& each : page->items) seen.emplace_back(each.created_at, each.id);
    if (page->next_cursor.empty()) break;
    filter.cursor = page->next_cursor;
    ASSERT_TRUE(commit(set_of(job_at(5'000))));
  }
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::greater<>()));
  EXPECT_EQ(seen.size(), made.size());
  for (const auto& [time, id] : seen) EXPECT_TRUE(made.contains(id));
}

TEST_F(QueriesTest, AFullLastPageHasNoCursor) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(commit(set_of(job_at(i))));
  ListFilter filter;
  filter.limit = 2;
  filter.cursor = jobs(filter)->next_cursor;
  ASSERT_FALSE(filter.cursor.empty());
  const auto last = jobs(filter);
  EXPECT_EQ(last->items.size(), 2U);
  EXPECT_THAT(last->next_cursor, IsEmpty());
}

TEST_F(QueriesTest, APageOfLargeRecordsEndsEarly) {
  for (int i = 0; i < 5; ++i) {
    auto large = job_at(i);
    large.stdin_text.assign(3U << 20U, 'x');
    ASSERT_TRUE(commit(set_of(large)));
  }
  ListFilter filter;
  std::vector<std::size_t> sizes;
  do {
    const auto page = jobs(filter);
    ASSERT_TRUE(page);
    sizes.push_back(page->items.size());
    filter.cursor = page->next_cursor;
  } while (!filter.cursor.empty());
  EXPECT_THAT(sizes, ElementsAre(3, 2));
}

TEST_F(QueriesTest, AForeignCursorIsRefused) {
  for (const char* cursor : {"x", "12", ".job", "1x.job", "99999999999999999999.job"}) {
    ListFilter filter;
    filter.cursor = cursor;
    const auto page = jobs(filter);
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(page.error().field, "cursor");
  }
  core::EventQuery query;
  query.cursor = "1.5";
  EXPECT_FALSE(events(query));
}

TEST_F(QueriesTest, JobsAreFiltered) {
  auto mine = job_at(1, "me");
  auto theirs = job_at(2, "them");
  auto running = job_at(3, "me");
  running.state = core::JobState::running;
  running.session_id = core::SessionId::make();
  auto failed = job_at(4, "me");
  failed.state = core::JobState::failed;
  auto succeeded = job_at(5, "me");
  succeeded.state = core::JobState::succeeded;
  succeeded.session_id = running.session_id;
  ASSERT_TRUE(commit(set_of(mine, theirs, running, failed, succeeded)));

  ListFilter filter;
  EXPECT_THAT(ids_of(filter), ElementsAre(succeeded.id, failed.id, running.id, theirs.id, mine.id));
  filter.client_id = "me";
  EXPECT_THAT(ids_of(filter), ElementsAre(succeeded.id, failed.id, running.id, mine.id));
  filter.state = "queued";
  EXPECT_THAT(ids_of(filter), ElementsAre(mine.id));
  filter.state = "failed";
  EXPECT_THAT(ids_of(filter), ElementsAre(failed.id));
  filter.state = "nonsense";
  EXPECT_THAT(ids_of(filter), IsEmpty());
  filter.state.clear();
  filter.session_id = running.session_id;
  EXPECT_THAT(ids_of(filter), ElementsAre(succeeded.id, running.id));
  filter.state = "succeeded";
  EXPECT_THAT(ids_of(filter), ElementsAre(succeeded.id));
  filter.client_id = "them";
  EXPECT_THAT(ids_of(filter), IsEmpty());
}

TEST_F(QueriesTest, SessionsAreFiltered) {
  auto ready = make_session("me");
  ready.state = core::SessionState::ready;
  auto ended = make_session("me");
  ended.state = core::SessionState::ended;
  ASSERT_TRUE(commit(set_of(ready, ended, make_session("them"))));
  ready.client_id = "new owner";
  ready.cwd = "/srv";
  ASSERT_TRUE(commit(set_of(ready)));
  const auto sessions = [&](ListFilter filter) {
    return ask<core::Page<core::SessionRecord>>(
        [&](core::Queries& queries, auto done) { queries.sessions(filter, std::move(done)); });
  };
  EXPECT_EQ(sessions({})->items.size(), 3U);
  ListFilter filter;
  filter.client_id = "new owner";
  const auto claimed = sessions(filter);
  ASSERT_EQ(claimed->items.size(), 1U);
  EXPECT_EQ(claimed->items[0].cwd, "/srv");
  filter.client_id = "me";
  filter.state = "ended";
  ASSERT_EQ(sessions(filter)->items.size(), 1U);
  EXPECT_EQ(sessions(filter)->items[0].id, ended.id);
  filter.state = "starting";
  EXPECT_THAT(sessions(filter)->items, IsEmpty());
  filter.client_id = "them";
  EXPECT_EQ(sessions(filter)->items.size(), 1U);
}

TEST_F(QueriesTest, AJobIsFoundByEitherKeyOfItsClient) {
  auto by_request = make_job("me");
  by_request.request_key = "r";
  auto by_link = make_job("me");
  by_link.link_key = "l";
  ASSERT_TRUE(commit(set_of(by_request, by_link, make_job("me"), make_job("me"))));
  EXPECT_EQ(by_key("me", "r", "").value()->id, by_request.id);
  EXPECT_EQ(by_key("me", "", "l").value()->id, by_link.id);
  EXPECT_EQ(by_key("me", "other", "l").value()->id, by_link.id);
  EXPECT_FALSE(by_key("them", "r", "l").value());
  EXPECT_FALSE(by_key("me", "", "").value());
  EXPECT_FALSE(by_key("me", "l", "r").value());
  // The same keys are another client's own.
  auto others = make_job("them");
  others.request_key = "r";
  ASSERT_TRUE(commit(set_of(others)));
  EXPECT_EQ(by_key("them", "r", "").value()->id, others.id);
}

TEST_F(QueriesTest, EventsAreFiltered) {
  auto job_failed = make_event("job.failed");
  job_failed.severity = core::Severity::error;
  job_failed.job_id = core::JobId::make();
  job_failed.session_id = core::SessionId::make();
  auto slow = make_event("request.slow");
  slow.client_id = "them";
  auto progress = make_event("job.progress");
  progress.job_id = job_failed.job_id;
  ASSERT_TRUE(commit(set_of(make_event("session.ready"), job_failed, slow, progress,
                            make_event("queue.position_changed"))));
  const auto stored = all_events();
  const auto types = [this](std::initializer_list<std::pair<std::string_view, std::string>> items,
                            core::EventPlace place = {}) {
    return types_of(filter_of(items), place);
  };
  EXPECT_THAT(types({{"topic", "job"}}), ElementsAre("job.progress", "job.failed"));
  EXPECT_THAT(types({{"topic", "job"}}, behind(0)), ElementsAre("job.failed", "job.progress"));
  EXPECT_THAT(types({{"topic", "job"}}, behind(stored[1].id)), ElementsAre("job.progress"));
  EXPECT_THAT(types({{"topic", "queue"}}), ElementsAre("queue.position_changed", "request.slow"));
  EXPECT_THAT(types({{"topic", "errors"}}), ElementsAre("job.failed"));
  EXPECT_THAT(types({{"topic", "progress"}}),
              ElementsAre("queue.position_changed", "job.progress", "session.ready"));
  EXPECT_THAT(types({{"topic", "queue"},
                     {"topic", "session"},
                     {"type", "session.*"},
                     {"type", "request.slow"}}),
              ElementsAre("request.slow", "session.ready"));
  EXPECT_THAT(types({{"type", "request.slow"}}), ElementsAre("request.slow"));
  const std::string job = job_failed.job_id.str();
  EXPECT_THAT(types({{"job_id", job}}), ElementsAre("job.progress", "job.failed"));
  EXPECT_THAT(types({{"job_id", job}, {"session_id", job_failed.session_id.str()}}),
              ElementsAre("job.failed"));
  EXPECT_THAT(types({{"severity", "warning"}}), ElementsAre("job.failed"));
  EXPECT_THAT(types({{"source", "elsewhere"}}), IsEmpty());
  core::EventFilter own = filter_of({{"type", "request.slow"}});
  own.client_id = "client";
  EXPECT_THAT(types_of(own), IsEmpty());
  own.client_id = "them";
  EXPECT_THAT(types_of(own), ElementsAre("request.slow"));
}

TEST_F(QueriesTest, EventsAreListedSinceATime) {
  for (const std::int64_t time : {1'000, 2'000, 3'000}) {
    clock_.set(time);
    ASSERT_TRUE(commit(set_of(make_event(fmt::format("data.at_{}", time)))));
  }
  const auto since = [&](std::int64_t time) {
    core::EventPlace place;
    place.since = Timestamp(Milliseconds(time));
    return types_of({}, place);
  };
  EXPECT_THAT(since(0), ElementsAre("data.at_3000", "data.at_2000", "data.at_1000"));
  EXPECT_THAT(since(2'000), ElementsAre("data.at_3000", "data.at_2000"));
  EXPECT_THAT(since(3'001), IsEmpty());
}

TEST_F(QueriesTest, EventPagesRunBothWays) {
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(commit(set_of(make_event(i % 2 == 0 ? "data.even" : "data.odd"))));
  }
  for (const bool oldest_first : {true, false}) {
    core::EventQuery query;
    query.filter = filter_of({{"type", "data.even"}});
    query.limit = 4;
    if (oldest_first) query.place = behind(5);
    std::vector<std::int64_t> ids;
    do {
      const auto page = events(query);
      ASSERT_TRUE(page);
      for (const auto& each : page->items) ids.push_back(each.id);
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    std::vector<std::int64_t> expected;
    for (std::int64_t id = oldest_first ? 7 : 1; id <= 25; id += 2) expected.push_back(id);
    if (!oldest_first) std::ranges::reverse(expected);
    EXPECT_EQ(ids, expected);
  }
}

TEST_F(QueriesTest, AFullReadQueueIsALimit) {
  close();
  StoreOptions options;
  options.max_queued_reads = 1;
  open(std::move(options));
  // More at once than two readers and one place can hold: each is answered, some with the limit.
  std::atomic<int> answered = 0;
  std::atomic<int> refused = 0;
  constexpr int kReads = 2'000;
  std::promise<void> all;
  loop_.run([&] {
    for (int i = 0; i < kReads; ++i) {
      store_->queries().jobs({}, [&](const core::Result<core::Page<JobRecord>>& page) {
        if (!page) {
          EXPECT_EQ(page.error().code, ErrorCode::limit_exceeded);
          ++refused;
        }
        if (++answered == kReads) all.set_value();
      });
    }
  });
  ASSERT_EQ(all.get_future().wait_for(kDeadline), std::future_status::ready);
  EXPECT_GT(refused, 0);
}

TEST_F(QueriesTest, ClosingInterruptsALongRead) {
  auto pool = ReaderPool::open(path(), 1, 8);
  ASSERT_TRUE(pool);
  std::promise<void> begun;
  std::promise<core::Result<void>> ended;
  (*pool)->submit([&](core::Result<sqlite::Database*> database) {
    begun.set_value();
    // Counts for hours.
    ended.set_value((*database)
                        ->statement("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
                                    "n WHERE i < 1000000000000) SELECT count(*) FROM n")
                        .run());
  });
  begun.get_future().wait();
  std::optional<ErrorCode> waiting;
  (*pool)->submit([&](const core::Result<sqlite::Database*>& database) {
    if (!database) waiting = database.error().code;
  });
  (*pool)->stop();
  const auto result = ended.get_future().get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unavailable);
  EXPECT_EQ(waiting, ErrorCode::unavailable);
}

}  // namespace
}  // namespace berth::storage
