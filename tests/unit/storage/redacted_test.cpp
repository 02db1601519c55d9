#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "service/runtime/redaction.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using testing::HasSubstr;

constexpr auto kCommand = "PASSWORD=hunter2 make";
constexpr auto kWithout = "PASSWORD=[redacted] make";

class RedactedTest : public StoreTest {
 protected:
  void SetUp() override { open_redacting(); }

  void open_redacting() {
    StoreOptions options;
    options.redactor = *runtime::make_redactor({}, {});
    options.on_committed = [this](const std::shared_ptr<CommittedEvents>& batch) {
      for (const core::EventRecord& event : batch->events) told_.push_back(event.data);
    };
    open(std::move(options));
  }

  std::string command_of(const core::JobId& id) {
    const auto found = job(id);
    return found ? found->command : found.error().message;
  }
  std::string file() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::vector<std::string> told_;  // on the writer's thread, before commit() answers
};

core::JobRecord job_with_secrets() {
  core::JobRecord job = make_job();
  job.command = kCommand;
  job.env_json = R"({"API_KEY":"hunter2","A":"b"})";
  job.stdin_text = "password: hunter2\n";
  return job;
}

TEST_F(RedactedTest, EventsAreStoredAndToldWithout) {
  auto event = make_event("data.x");
  event.data = R"({"token":"hunter2","n":18446744073709551616})";
  ASSERT_TRUE(commit(set_of(event, make_event())));
  const std::string expected = R"({"token":"[redacted]","n":18446744073709551616})";
  const auto stored = all_events();
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].data, expected);
  EXPECT_EQ(told_, (std::vector<std::string>{expected, make_event().data}));
}

TEST_F(RedactedTest, AJobKeepsWhatItRunsUntilItHasEnded) {
  auto record = job_with_secrets();
  for (const core::JobState state : {core::JobState::queued, core::JobState::running}) {
    record.state = state;
    ASSERT_TRUE(commit(set_of(record)));
    close();
    open_redacting();
    const auto stored = job(record.id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->command, record.command);
    EXPECT_EQ(stored->env_json, record.env_json);
    EXPECT_EQ(stored->stdin_text, record.stdin_text);
  }
  record.state = core::JobState::failed;
  record.message = "token=hunter2";
  record.stdout_whole = "password: exact";
  record.stderr_whole = "";
  ASSERT_TRUE(commit(set_of(record)));
  const auto stored = job(record.id);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->command, kWithout);
  EXPECT_EQ(stored->env_json, R"({"API_KEY":"[redacted]","A":"b"})");
  EXPECT_EQ(stored->stdin_text, "password: [redacted]\n");
  EXPECT_EQ(stored->message, "token=[redacted]");
  EXPECT_EQ(stored->stdout_whole, "password: exact");
}

TEST_F(RedactedTest, AlsoWhenTheFirstTryOfItsEndFailed) {
  auto record = job_with_secrets();
  auto taken = make_job();
  taken.request_key = "key";
  ASSERT_TRUE(commit(set_of(record, taken)));
  record.state = core::JobState::succeeded;
  auto twice = make_job();
  twice.request_key = "key";  // refused, and with it the batch that both are in
  core::ChangeSet end = set_of(record);
  end.unhurried = true;
  std::promise<bool> refused;
  loop_.post([&] {
    store_->change_log().commit(std::move(end), nullptr);
    store_->change_log().commit(set_of(twice), [&](const core::Result<void>& stored) {
      refused.set_value(!stored.has_value());
    });
  });
  ASSERT_TRUE(refused.get_future().get());
  EXPECT_EQ(command_of(record.id), kWithout);
}

TEST_F(RedactedTest, WhatPeopleCallThings) {
  auto session = make_session();
  session.name = "token=hunter2";
  core::ConnectionRecord connection;
  connection.id = core::ConnectionId::make();
  connection.client_name = "agent (password: hunter2)";
  ASSERT_TRUE(commit(set_of(session, connection)));
  const auto sessions = ask<core::Page<core::SessionRecord>>(
      [](auto& queries, auto done) { queries.sessions({}, std::move(done)); });
  const auto connections = ask<core::Page<core::ConnectionRecord>>(
      [](auto& queries, auto done) { queries.connections({}, std::move(done)); });
  ASSERT_TRUE(sessions && connections);
  EXPECT_EQ(sessions->items.at(0).name, "token=[redacted]");
  EXPECT_EQ(connections->items.at(0).client_name, "agent (password: [redacted])");
}

TEST_F(RedactedTest, NothingIsLeftInTheFile) {
  std::vector<core::JobRecord> jobs;
  for (int i = 0; i < 50; ++i) {
    auto record = job_with_secrets();
    record.command += " " + std::string(static_cast<std::size_t>(i) * 500, 'x');
    ASSERT_TRUE(commit(set_of(record)));
    jobs.push_back(std::move(record));
  }
  close();
  EXPECT_THAT(file(), HasSubstr("hunter2"));
  open_redacting();
  for (core::JobRecord& record : jobs) {
    record.state = core::JobState::succeeded;
    ASSERT_TRUE(commit(set_of(record)));
  }
  close();  // empties the write-ahead log
  EXPECT_THAT(file(), HasSubstr("[redacted]"));
  EXPECT_FALSE(file().find("hunter2") != std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

}  // namespace
}  // namespace berth::storage
