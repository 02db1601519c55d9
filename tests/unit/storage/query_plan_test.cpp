// Every list is answered from an index in its order: no scan of a table, no sorting.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "storage/stores/events.h"
#include "storage/stores/jobs.h"
#include "storage/stores/sessions.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using core::ListFilter;

class QueryPlanTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    auto reader = sqlite::Database::open(path(), sqlite::Access::read_only);
    ASSERT_TRUE(reader);
    reader_ = std::move(*reader);
  }
  void TearDown() override {
    reader_.reset();
    close();
  }

  /// The plans of all statements that `read` makes anew on the connection.
  template <class Read>
  std::string plans(Read read) {
    sqlite3_trace_v2(
        reader_->handle(), SQLITE_TRACE_STMT,
        [](unsigned, void* texts, void* statement, void*) {
          static_cast<std::vector<std::string>*>(texts)->emplace_back(
              sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
          return 0;
        },
        &texts_);
    EXPECT_TRUE(read(*reader_));
    sqlite3_trace_v2(reader_->handle(), 0, nullptr, nullptr);
    std::string plan;
    for (const auto& text : std::exchange(texts_, {})) {
      auto rows = reader_->statement("EXPLAIN QUERY PLAN " + text);
      for (auto more = rows.step(); more && *more; more = rows.step()) {
        for (int i = 0; i < 3; ++i) rows.skip();
        plan += rows.take_text() + "\n";
      }
    }
    return plan;
  }

  void expect_indexed(const std::string& plan, const std::string& index) {
    EXPECT_THAT(plan, testing::HasSubstr(index));
    EXPECT_THAT(plan, testing::Not(testing::HasSubstr("TEMP B-TREE")));
  }

  std::unique_ptr<sqlite::Database> reader_;
  std::vector<std::string> texts_;
};

TEST_F(QueryPlanTest, Jobs) {
  const auto plan = [this](const ListFilter& filter) {
    return plans([&](sqlite::Database& database) { return list_jobs(database, filter); });
  };
  ListFilter filter;
  expect_indexed(plan(filter), "jobs_by_time");
  filter.cursor = "5.job_a";
  expect_indexed(plan(filter), "SEARCH jobs USING INDEX jobs_by_time");
  filter.state = "running";
  expect_indexed(plan(filter), "jobs_open");
  filter.state = "failed";
  expect_indexed(plan(filter), "jobs_unsuccessful");
  filter.state.clear();
  filter.client_id = "me";
  expect_indexed(plan(filter), "SEARCH jobs USING INDEX jobs_by_client");
  filter.session_id = core::SessionId::make();
  expect_indexed(plan(filter), "SEARCH jobs USING INDEX jobs_by_");
  filter.client_id.clear();
  expect_indexed(plan(filter), "SEARCH jobs USING INDEX jobs_by_session");
  expect_indexed(plans([](sqlite::Database& database) { return open_jobs(database); }),
                 "jobs_open");
  const auto by_key = plans([](sqlite::Database& database) {
    return find_job_by_key(database, "me", "request", "link");
  });
  expect_indexed(by_key, "jobs_request_key");
  expect_indexed(by_key, "jobs_link_key");
}

TEST_F(QueryPlanTest, Sessions) {
  expect_indexed(plans([](sqlite::Database& database) { return open_sessions(database); }),
                 "sessions_open");
  ListFilter filter;
  filter.client_id = "me";
  expect_indexed(plans([&](sqlite::Database& database) { return list_sessions(database, filter); }),
                 "sessions_by_client");
}

TEST_F(QueryPlanTest, Events) {
  const auto plan = [this](const core::EventQuery& query) {
    return plans([&](sqlite::Database& database) { return list_events(database, query); });
  };
  core::EventQuery query;
  expect_indexed(plan(query), "SEARCH events USING INTEGER PRIMARY KEY");
  query.place.after = 5;
  expect_indexed(plan(query), "SEARCH events USING INTEGER PRIMARY KEY");
  query.filter.topics = {"errors"};
  expect_indexed(plan(query), "events_errors");
  query.filter.topics.clear();
  query.filter.least_severity = core::Severity::error;
  expect_indexed(plan(query), "events_errors");
  query.filter = {};
  query.filter.types = {"ask.opened"};
  expect_indexed(plan(query), "SEARCH events USING INDEX events_by_topic");
  query.filter.types.clear();
  query.filter.job_ids = {core::JobId::make().str()};
  expect_indexed(plan(query), "SEARCH events USING INDEX events_by_job");
  query.filter = {};
  query.filter.client_id = "me";
  expect_indexed(plan(query), "SEARCH events USING INDEX events_by_client");
  query.filter = {};
  query.filter.session_ids = {core::SessionId::make().str()};
  expect_indexed(plan(query), "SEARCH events USING INDEX events_by_session");
  query = {};
  query.place.since = core::Timestamp(core::Milliseconds(1));
  query.cursor = "7";
  expect_indexed(plan(query), "SEARCH events USING INTEGER PRIMARY KEY");
}

}  // namespace
}  // namespace berth::storage
