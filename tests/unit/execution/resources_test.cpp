#include "service/execution/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "service/connections/connection_registry.h"
#include "service/core/json_scan.h"
#include "service/runtime/redaction.h"
#include "storage/stores/store.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/turning_loop.h"

namespace berth::execution {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A coordinator on a real database, whose jobs and lanes the test moves along by itself.
class ExecutionResourcesTest : public testing::Test {
 protected:
  ExecutionResourcesTest() {
    EXPECT_TRUE(spool_.prepare());
    coordinator_.settled();
    caller_.client_id = "ide";
    caller_.identity.principal = "uid:1000";
  }
  ~ExecutionResourcesTest() override {
    workers_.stop();
    EXPECT_TRUE(store_->close());
  }

  /// Calls and turns the loop until the answer is there.
  template <class T, class Call>
  core::Result<T> await(Call call) {
    std::optional<core::Result<T>> answer;
    call([&answer](core::Result<T> result) { answer = std::move(result); });
    EXPECT_TRUE(turning_.until([&] { return answer.has_value(); }));
    return answer ? std::move(*answer) : core::fail(core::ErrorCode::internal, "no answer");
  }

  core::Result<core::ResourceContents> read(const std::string& uri) {
    return await<core::ResourceContents>(
        [&](auto done) { resources_.read(caller_, uri, std::move(done)); });
  }
  core::Result<std::shared_ptr<void>> watch(const std::string& uri) {
    return await<std::shared_ptr<void>>([&](auto done) {
      resources_.watch(
          caller_, uri, [this] { ++told_; }, std::move(done));
    });
  }
  core::Result<core::Page<core::ResourceInfo>> list(const std::string& cursor) {
    return await<core::Page<core::ResourceInfo>>(
        [&](auto done) { resources_.list(caller_, cursor, std::move(done)); });
  }
  core::Result<void> commit(core::ChangeSet set) {
    return await<void>(
        [&](auto done) { store_->change_log().commit(std::move(set), std::move(done)); });
  }

  core::JobRecord job_record() const {
    core::JobRecord record;
    record.id = core::JobId::make();
    record.client_id = "ide";
    record.principal = "uid:1000";
    record.command = "make\nall";
    record.shell = "bash";
    record.created_at = clock_.now();
    return record;
  }

  /// A live job that its host runs and that has printed `output`.
  jobs::JobPointer running_job(const std::string& output) {
    core::JobRecord record = job_record();
    record.host_id = core::HostId::make();
    record.state = core::JobState::running;
    record.dispatched = true;
    std::filesystem::create_directories(folder_.file("hosts/" + record.host_id.str()));
    const auto files = spool_.renew(record.host_id);
    EXPECT_TRUE(files);
    EXPECT_EQ(::write(files->standard_output.get(), output.data(), output.size()),
              static_cast<ssize_t>(output.size()));
    const jobs::JobPointer job = coordinator_.runner().jobs().add(std::move(record));
    job->begun = true;
    return job;
  }
  void print(const jobs::JobPointer& job, std::int64_t bytes) {
    job->record.stdout_bytes += bytes;
    coordinator_.runner().jobs().changed(*job);
  }
  static std::string uri_of(const jobs::JobPointer& job, const std::string& stream = "stdout") {
    return "berth://jobs/" + job->record.id.str() + "/" + stream;
  }

  const support::TemporaryFolder folder_;
  support::TurningLoop turning_;
  core::SystemClock clock_;
  std::unique_ptr<storage::Store> store_ = *storage::Store::open(
      folder_.file("berth.db"),
      [this](std::function<void()> task) { turning_.get().post(std::move(task)); }, clock_);
  runtime::WorkerPool workers_{turning_.get(), 1};
  jobs::Spool spool_{folder_.path()};
  terminals::HostLauncher launcher_{turning_.get(), folder_.path(), "/bin/false"};
  connections::ConnectionRegistry connections_{store_->change_log(), clock_};
  const std::shared_ptr<const core::Redactor> redactor_ = *runtime::make_redactor({}, {});
  Services services_{
      turning_.get(), store_->change_log(), store_->queries(), clock_, workers_, spool_, launcher_,
      *redactor_};
  Coordinator coordinator_{services_, {}, connections_};
  ExecutionResources resources_{services_, coordinator_};
  core::Caller caller_;
  int told_ = 0;
};

TEST_F(ExecutionResourcesTest, ListsShowNoSecretOfACommandThatRuns) {
  core::JobRecord record = job_record();
  record.state = core::JobState::running;
  record.command = "TOKEN=abc make";
  ASSERT_TRUE(commit(core::ChangeSet().add(record)));
  const auto listed = [this] {
    return await<core::Page<core::JobView>>(
        [&](auto done) { coordinator_.list_jobs(caller_, {}, std::move(done)); });
  };
  // Its row is there, but not yet the job; then both.
  for (int i = 0; i < 2; ++i) {
    const auto jobs = listed();
    ASSERT_TRUE(jobs) << jobs.error().message;
    ASSERT_EQ(jobs->items.size(), 1U);
    EXPECT_EQ(jobs->items[0].job.command, "TOKEN=[redacted] make");
    coordinator_.runner().jobs().add(record);
  }
  EXPECT_EQ(coordinator_.runner().jobs().find(record.id)->record.command, "TOKEN=abc make");
}

TEST_F(ExecutionResourcesTest, OutputIsReadAsText) {
  const auto job = running_job("10%\r20%\n\x1b[31mred\xff\n");
  const auto text = read(uri_of(job));
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->uri, uri_of(job));
  EXPECT_EQ(text->mime_type, "text/plain");
  EXPECT_EQ(text->text(), "20%\nred\xEF\xBF\xBD\n");
  EXPECT_EQ(read(uri_of(job, "stderr"))->text(), "");
}

TEST_F(ExecutionResourcesTest, OfALargeOutputTheEndIsRead) {
  std::string output;
  for (int line = 0; output.size() < 1'500'000; ++line) output += std::to_string(line) + "\n";
  const auto job = running_job(output);
  const auto text = read(uri_of(job));
  ASSERT_TRUE(text);
  EXPECT_LT(text->text().size(), 1'048'576U + 200);
  EXPECT_GT(text->text().size(), 1'048'000U);
  EXPECT_THAT(text->text(), StartsWith("[... "));
  EXPECT_THAT(text->text().substr(0, 200),
              HasSubstr("read_output job_id=" + job->record.id.str() + " stream=stdout offset=0"));
  EXPECT_TRUE(output.ends_with(std::string_view(text->text()).substr(text->text().find('\n') + 1)));
}

TEST_F(ExecutionResourcesTest, WhatIsNotThereOrNotTheirsIsNotFound) {
  const auto job = running_job("secret\n");
  const std::string id = job->record.id.str();
  for (const std::string& uri :
       {std::string(), std::string("file:///etc/passwd"), "berth://jobs/" + id,
        "berth://jobs/" + id + "/stdin", "berth://jobs/" + id + "/stdout/",
        "berth://jobs/" + core::JobId::make().str() + "/stdout",
        std::string("berth://jobs/../stdout"), "berth://sessions/" + id,
        "berth://sessions/" + core::SessionId::make().str()}) {
    const auto text = read(uri);
    ASSERT_FALSE(text) << uri;
    EXPECT_EQ(text.error().code, core::ErrorCode::not_found) << uri;
    ASSERT_FALSE(watch(uri)) << uri;
  }
  caller_.client_id = "other";
  caller_.identity.principal = "uid:2000";
  EXPECT_EQ(read(uri_of(job)).error().code, core::ErrorCode::not_found);
  EXPECT_EQ(watch(uri_of(job)).error().code, core::ErrorCode::not_found);
}

TEST_F(ExecutionResourcesTest, ManyChangesAreToldTwice) {
  const auto job = running_job("");
  auto watching = watch(uri_of(job));
  ASSERT_TRUE(watching);
  const auto begun = clock_.instant();
  for (int i = 0; i < 100; ++i) print(job, 1);
  EXPECT_EQ(told_, 1) << "at once";
  ASSERT_TRUE(turning_.until([this] { return told_ == 2; }));
  EXPECT_GE(clock_.instant() - begun, ExecutionResources::kTellEvery - core::Milliseconds(2));
  turning_.turn_for(2 * ExecutionResources::kTellEvery);
  EXPECT_EQ(told_, 2);
  print(job, 1);
  EXPECT_EQ(told_, 3) << "at once after a quiet time";
  print(job, 1);
  watching->reset();
  print(job, 1);
  turning_.turn_for(2 * ExecutionResources::kTellEvery);
  EXPECT_EQ(told_, 3) << "nothing once the watch has ended";
}

TEST_F(ExecutionResourcesTest, TheOtherStreamAndThePlaceInTheQueueAreNotTold) {
  const auto job = running_job("");
  const auto watching = watch(uri_of(job, "stderr"));
  ASSERT_TRUE(watching);
  print(job, 5);
  coordinator_.runner().jobs().changed(*job);
  EXPECT_EQ(told_, 0);
  job->record.state = core::JobState::succeeded;
  coordinator_.runner().jobs().finish(job, {}, jobs::JobTable::Tell::when_stored, nullptr);
  ASSERT_TRUE(turning_.until([this] { return told_ == 1; })) << "that it has ended";
}

TEST_F(ExecutionResourcesTest, AnEndedJobCanStillBeReadAndWatched) {
  core::JobRecord record = job_record();
  record.state = core::JobState::succeeded;
  record.stdout_whole = "done\n";
  record.stderr_whole = "";
  core::ChangeSet set;
  set.add(record);
  ASSERT_TRUE(commit(std::move(set)));
  const std::string uri = "berth://jobs/" + record.id.str() + "/stdout";
  EXPECT_EQ(read(uri)->text(), "done\n");
  EXPECT_TRUE(watch(uri));
}

TEST_F(ExecutionResourcesTest, SessionsAreReadAndWatched) {
  core::SessionRecord session;
  session.id = core::SessionId::make();
  session.client_id = "ide";
  session.principal = "uid:1000";
  session.shell = "bash";
  session.cwd = "/tmp";
  session.state = core::SessionState::ready;
  session.created_at = session.used_at = clock_.now();
  core::HostRecord host;
  host.id = core::HostId::make();
  host.session_id = session.id;
  LaneTable& lanes = coordinator_.runner().lanes();
  Lane& lane = lanes.add(host, session);
  lane.ready = true;
  core::ChangeSet set;
  set.add(session);
  ASSERT_TRUE(commit(std::move(set)));

  const std::string uri = "berth://sessions/" + session.id.str();
  const auto state = [&] {
    const auto text = read(uri);
    EXPECT_TRUE(text);
    EXPECT_EQ(text->mime_type, "application/json");
    const auto json = core::scan_object(text->text());
    EXPECT_TRUE(json) << text->text();
    return json->string("state").value_or("");
  };
  EXPECT_EQ(state(), "ready");
  auto watching = watch(uri);
  ASSERT_TRUE(watching);
  auto second = watch(uri);
  lane.current = running_job("");
  lanes.changed(session.id);
  EXPECT_EQ(told_, 2);
  EXPECT_EQ(state(), "busy");
  second->reset();
  lanes.changed(core::SessionId::make());
  lanes.changed({});
  lanes.changed(session.id);
  ASSERT_TRUE(turning_.until([this] { return told_ == 3; }));
  watching->reset();
  lanes.changed(session.id);
  turning_.turn_for(2 * ExecutionResources::kTellEvery);
  EXPECT_EQ(told_, 3);
}

TEST_F(ExecutionResourcesTest, TheListGoesThroughAllPages) {
  constexpr std::size_t kJobs = 120;
  core::ChangeSet set;
  for (std::size_t i = 0; i < kJobs; ++i) {
    core::JobRecord record = job_record();
    record.state = core::JobState::succeeded;
    set.add(std::move(record));
  }
  for (const auto state : {core::SessionState::ready, core::SessionState::ended}) {
    core::SessionRecord session;
    session.id = core::SessionId::make();
    session.client_id = "ide";
    session.state = state;
    set.add(std::move(session));
  }
  core::JobRecord foreign = job_record();
  foreign.client_id = "other";
  set.add(foreign);
  ASSERT_TRUE(commit(std::move(set)));

  std::set<std::string> uris;
  std::size_t items = 0;
  std::size_t pages = 0;
  std::string cursor;
  do {
    const auto page = list(cursor);
    ASSERT_TRUE(page) << page.error().message;
    for (const core::ResourceInfo& info : page->items) {
      uris.insert(info.uri);
      if (info.uri.starts_with("berth://jobs/")) {
        EXPECT_EQ(info.description, "succeeded: make …");
      }
    }
    items += page->items.size();
    cursor = page->next_cursor;
    ++pages;
  } while (!cursor.empty() && pages < 100);
  EXPECT_EQ(pages, 3U);
  EXPECT_EQ(items, uris.size()) << "none twice";
  EXPECT_EQ(items, 2 * kJobs + 1) << "both streams of each job, and the session that lives";
  EXPECT_FALSE(uris.contains("berth://jobs/" + foreign.id.str() + "/stdout"));
  for (const std::string bad : {"x", "|", "a|b", "-|x"}) {
    const auto refused = list(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, core::ErrorCode::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace berth::execution
