// run_command as a task, and jobs as tasks.
#include "service/tools/job_result.h"
#include "service/tools/job_tasks.h"
#include "tests/support/virtual_clock.h"
#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using core::JobState;
using core::Milliseconds;
using mcp::TaskStatus;
using mcp::TaskView;
using testing::HasSubstr;

constexpr Milliseconds kKept{86'400'000};

class JobTasksTest : public ToolsTest {
 protected:
  JobTasksTest() {
    core::JobRecord& job = execution_.job->job;
    job.created_at = core::Timestamp(Milliseconds(1'000));
    job.started_at = core::Timestamp(Milliseconds(1'500));
    job.finished_at = core::Timestamp(Milliseconds(9'500));
    execution_.job->duration = Milliseconds(8'000);
    execution_.job->stdout_text = "out\n";
  }

  void running() {
    execution_.job->job.state = JobState::running;
    execution_.job->job.exit_code.reset();
    execution_.job->job.finished_at.reset();
  }
  std::string id() const { return execution_.job->job.id.str(); }

  template <class T, class Call>
  static core::Result<T> answer(Call&& call) {
    core::Result<T> result = core::fail(core::ErrorCode::internal, "not answered");
    call([&](core::Result<T> given) { result = std::move(given); });
    return result;
  }
  core::Result<mcp::TaskOutcome> start(const std::string& arguments, mcp::TaskWish wish) {
    const auto document = core::parse_json(arguments);
    return answer<mcp::TaskOutcome>([&](const auto& done) {
      tools_.find("run_command")->start_task(context(), *document, wish, done);
    });
  }
  core::Result<TaskView> find(const std::string& task) {
    return answer<TaskView>([&](const auto& done) { tasks_.find(caller_, task, done); });
  }

  support::VirtualClock clock_;
  JobTasks tasks_{execution_, clock_, kKept};
};

TEST_F(JobTasksTest, OnlyRunCommandMayBeATask) {
  for (const mcp::ToolSet::Entry& entry : tools_.entries()) {
    EXPECT_EQ(entry.task_support(), entry.tool.name == "run_command" ? mcp::TaskSupport::optional
                                                                     : mcp::TaskSupport::forbidden)
        << entry.tool.name;
  }
}

TEST_F(JobTasksTest, AtOnceIsABackgroundJobThatIsNotCancelledWithItsCall) {
  running();
  const auto outcome = start(R"({"command":"make","max_output_bytes":7})", mcp::TaskWish::at_once);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(std::get<mcp::StartedTask>(*outcome).id, id());
  EXPECT_TRUE(execution_.command_request.background);
  EXPECT_TRUE(execution_.command_request.sync) << "its client waits for it";
  EXPECT_EQ(execution_.command_request.max_output_bytes, 7U);
  EXPECT_EQ(execution_.cancel, nullptr);
}

TEST_F(JobTasksTest, IfLongWaitsAndIsCancelledAsRunCommandIs) {
  auto outcome = start(R"({"command":"make"})", mcp::TaskWish::if_long);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(std::get<mcp::ToolResult>(*outcome).structured,
            call("run_command", R"({"command":"make"})")->structured);
  running();
  outcome = start(R"({"command":"make"})", mcp::TaskWish::if_long);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(std::get<mcp::StartedTask>(*outcome).id, id());
  EXPECT_FALSE(execution_.command_request.background);
  EXPECT_EQ(execution_.command_request.yield_after, Milliseconds(5'000));
  EXPECT_EQ(execution_.cancel, cancel_);
}

TEST_F(JobTasksTest, WhoSaysWhenToAnswerIsAnsweredThen) {
  running();
  const auto outcome =
      start(R"({"command":"make","yield_after_ms":20000})", mcp::TaskWish::if_long);
  ASSERT_TRUE(outcome);
  EXPECT_THAT(std::get<mcp::ToolResult>(*outcome).structured, HasSubstr(R"("state":"running")"));
  EXPECT_EQ(execution_.command_request.yield_after, Milliseconds(20'000));
}

TEST_F(JobTasksTest, WhatIsRefusedIsNoTask) {
  execution_.job = core::fail(core::ErrorCode::cwd_not_accessible, "no way in", "cwd");
  for (const auto wish : {mcp::TaskWish::at_once, mcp::TaskWish::if_long}) {
    const auto outcome = start(R"({"command":"ls"})", wish);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, core::ErrorCode::cwd_not_accessible);
  }
}

TEST_F(JobTasksTest, AJobThatRunsIsWorking) {
  running();
  const auto task = find(id());
  ASSERT_TRUE(task);
  EXPECT_EQ(execution_.max_output_bytes, std::nullopt) << "as much as the command was asked for";
  EXPECT_EQ(task->status, TaskStatus::working);
  EXPECT_EQ(task->message, job_status_line(*execution_.job));
  EXPECT_EQ(task->created_at, core::Timestamp(Milliseconds(1'000)));
  EXPECT_EQ(task->updated_at, core::Timestamp(Milliseconds(1'500)));
  EXPECT_FALSE(task->ttl) << "kept as long as it runs";
  EXPECT_EQ(task->poll_interval, Milliseconds(1'000));
  EXPECT_FALSE(task->result);
}

TEST_F(JobTasksTest, OneThatHasEndedHasTheResultOfRunCommand) {
  for (const auto& [state, status] : {std::pair(JobState::succeeded, TaskStatus::completed),
                                      std::pair(JobState::failed, TaskStatus::completed),
                                      std::pair(JobState::timed_out, TaskStatus::completed),
                                      std::pair(JobState::lost, TaskStatus::completed),
                                      std::pair(JobState::cancelled, TaskStatus::cancelled)}) {
    execution_.job->job.state = state;
    const auto task = find(id());
    ASSERT_TRUE(task);
    EXPECT_EQ(task->status, status) << core::to_string(state);
    EXPECT_EQ(task->updated_at, core::Timestamp(Milliseconds(9'500)));
    EXPECT_EQ(task->ttl, kKept + Milliseconds(8'500));
    ASSERT_TRUE(task->result);
    EXPECT_FALSE(task->result->is_error);
    EXPECT_EQ(task->result->text, job_result(*execution_.job).text);
    EXPECT_EQ(task->result->structured, job_result(*execution_.job).structured);
  }
}

TEST_F(JobTasksTest, OneThatCouldNotBeRunHasFailed) {
  core::JobRecord& job = execution_.job->job;
  job.state = JobState::failed;
  job.exit_code.reset();
  job.message = "no shell";
  const auto task = find(id());
  ASSERT_TRUE(task);
  EXPECT_EQ(task->status, TaskStatus::failed);
  EXPECT_THAT(task->message, HasSubstr("; no shell"));
  EXPECT_TRUE(task->result->is_error);
}

TEST_F(JobTasksTest, WhatIsNoJobIsNotFound) {
  for (const std::string task : {"", "x", "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(find(task).error().code, core::ErrorCode::not_found) << task;
    const auto waited =
        answer<TaskView>([&](const auto& done) { tasks_.wait(caller_, task, cancel_, done); });
    EXPECT_EQ(waited.error().code, core::ErrorCode::not_found) << task;
    const auto cancelled =
        answer<TaskView>([&](const auto& done) { tasks_.cancel(caller_, task, done); });
    EXPECT_EQ(cancelled.error().code, core::ErrorCode::not_found) << task;
  }
  EXPECT_EQ(execution_.called, "");
}

TEST_F(JobTasksTest, WaitingThatEndsBeforeTheJobIsAnError) {
  const auto wait = [&] {
    return answer<TaskView>([&](const auto& done) { tasks_.wait(caller_, id(), cancel_, done); });
  };
  EXPECT_EQ(wait()->status, TaskStatus::completed);
  EXPECT_GT(execution_.wait, std::chrono::hours(24));
  EXPECT_EQ(execution_.cancel, cancel_);
  running();
  EXPECT_EQ(wait().error().code, core::ErrorCode::unavailable);
}

TEST_F(JobTasksTest, IsStoppedByEverHarderMeans) {
  running();
  const auto cancel = [&] {
    return answer<TaskView>([&](const auto& done) { tasks_.cancel(caller_, id(), done); });
  };
  EXPECT_EQ(cancel().error().code, core::ErrorCode::unavailable) << "the service stops";
  EXPECT_EQ(execution_.stops, std::vector<std::string>{"stop_job interrupt"});
  execution_.stops.clear();
  execution_.on_wait = [&](Milliseconds wait) { clock_.advance(wait); };
  EXPECT_EQ(cancel().error().code, core::ErrorCode::unavailable) << "it never ends";
  EXPECT_EQ(execution_.stops,
            (std::vector<std::string>{"stop_job interrupt", "interrupt_job terminate",
                                      "interrupt_job kill"}));
  execution_.stops.clear();
  execution_.job->job.state = JobState::cancelled;
  EXPECT_EQ(cancel()->status, TaskStatus::cancelled);
  EXPECT_EQ(execution_.stops, std::vector<std::string>{"stop_job interrupt"});
  execution_.stopped = core::fail(core::ErrorCode::conflict, "it has ended");
  EXPECT_EQ(cancel().error().code, core::ErrorCode::conflict);
}

TEST_F(JobTasksTest, OneThatEndsWhileItIsStoppedIsCancelled) {
  running();
  int waits = 0;
  execution_.on_wait = [&](Milliseconds wait) {
    clock_.advance(wait);
    execution_.stopped = core::fail(core::ErrorCode::conflict, "it has ended");
    if (++waits == 2) execution_.job->job.state = JobState::cancelled;
  };
  const auto task = answer<TaskView>([&](const auto& done) { tasks_.cancel(caller_, id(), done); });
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(task->status, TaskStatus::cancelled);
}

TEST_F(JobTasksTest, AreListedWithoutResults) {
  core::Page<core::JobView> page;
  page.items = {*execution_.job, *execution_.job};
  page.next_cursor = "more";
  execution_.jobs = page;
  const auto list =
      answer<core::Page<TaskView>>([&](const auto& done) { tasks_.list(caller_, "from", done); });
  ASSERT_TRUE(list);
  EXPECT_EQ(execution_.filter.cursor, "from");
  EXPECT_EQ(list->items.size(), 2U);
  EXPECT_EQ(list->items[0].id, id());
  EXPECT_FALSE(list->items[0].result);
  EXPECT_EQ(list->next_cursor, "more");
}

}  // namespace
}  // namespace berth::tools
