#include "service/tools/job_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/tools/job_result.h"

namespace berth::tools {
namespace {

/// As good as for ever.
constexpr std::chrono::years kUntilItEnds{1};
/// Between two means of ending a command; the host goes on with each for as long.
constexpr core::Milliseconds kGrace{2'000};

/// Often enough that no more than an eighth of what it took is waited in vain.
core::Milliseconds poll_interval(core::Milliseconds age) {
  return std::clamp(age / 8, core::Milliseconds(250), core::Milliseconds(5'000));
}

core::Result<core::JobId> parse(const std::string& id) {
  auto job = core::JobId::parse(id, "taskId");
  if (job) return job;
  return core::fail(core::ErrorCode::not_found, "there is no such task", "taskId");
}

core::Error not_ended(const core::JobId& id) {
  return {core::ErrorCode::unavailable,
          fmt::format("the service is stopping; task {} goes on, ask again", id.str()),
          {},
          core::Milliseconds(1'000)};
}

/// It could not be run at all: what run_command answers with an error then.
bool was_not_run(const core::JobRecord& job) {
  return job.state == core::JobState::failed && !job.exit_code && job.signal.empty() &&
         job.stdout_bytes + job.stderr_bytes == 0;
}

mcp::TaskStatus status_of(const core::JobRecord& job) {
  if (!core::is_final(job.state)) return mcp::TaskStatus::working;
  if (job.state == core::JobState::cancelled) return mcp::TaskStatus::cancelled;
  return was_not_run(job) ? mcp::TaskStatus::failed : mcp::TaskStatus::completed;
}

}  // namespace

mcp::TaskView job_task(const core::JobView& view, core::Milliseconds keep_for) {
  const core::JobRecord& job = view.job;
  mcp::TaskView task;
  task.id = job.id.str();
  task.status = status_of(job);
  task.message = job_status_line(view);
  if (!job.message.empty()) task.message += "; " + job.message;
  task.created_at = job.created_at;
  task.updated_at = job.finished_at.value_or(job.started_at.value_or(job.created_at));
  task.poll_interval = poll_interval(view.duration);
  if (task.status == mcp::TaskStatus::working) return task;
  // Kept from its end on, which was not known before.
  task.ttl = task.updated_at - task.created_at + keep_for;
  task.result = job_result(view);
  task.result->is_error = task.status == mcp::TaskStatus::failed;
  return task;
}

void JobTasks::find(const core::Caller& caller, const std::string& id, Done<mcp::TaskView> done) {
  const auto job = parse(id);
  if (!job) return done(core::fail(job.error()));
  execution_.get_job(caller, *job, core::Milliseconds(0), std::nullopt, nullptr,
                     [keep_for = keep_for_, done](const core::Result<core::JobView>& view) {
                       if (!view) return done(core::fail(view.error()));
                       done(job_task(*view, keep_for));
                     });
}

void JobTasks::wait(const core::Caller& caller, const std::string& id,
                    std::shared_ptr<core::Cancellation> cancel, Done<mcp::TaskView> done) {
  const auto job = parse(id);
  if (!job) return done(core::fail(job.error()));
  execution_.get_job(caller, *job, kUntilItEnds, std::nullopt, std::move(cancel),
                     [keep_for = keep_for_, done](const core::Result<core::JobView>& view) {
                       if (!view) return done(core::fail(view.error()));
                       if (!core::is_final(view->job.state)) {
                         return done(core::fail(not_ended(view->job.id)));
                       }
                       done(job_task(*view, keep_for));
                     });
}

void JobTasks::list(const core::Caller& caller, std::string cursor,
                    Done<core::Page<mcp::TaskView>> done) {
  core::ListFilter filter;
  filter.cursor = std::move(cursor);
  execution_.list_jobs(caller, std::move(filter),
                       [keep_for = keep_for_, done = std::move(done)](
                           const core::Result<core::Page<core::JobView>>& jobs) {
                         if (!jobs) return done(core::fail(jobs.error()));
                         core::Page<mcp::TaskView> page;
                         page.next_cursor = jobs->next_cursor;
                         for (const core::JobView& view : jobs->items) {
                           page.items.push_back(job_task(view, keep_for));
                           page.items.back().result.reset();  // a list shows no output
                         }
                         done(std::move(page));
                       });
}

void JobTasks::cancel(const core::Caller& caller, const std::string& id, Done<mcp::TaskView> done) {
  const auto job = parse(id);
  if (!job) return done(core::fail(job.error()));
  execution_.stop_job(caller, *job, core::StopMode::interrupt,
                      [this, caller, id = *job, done](const core::Result<void>& stopping) {
                        if (!stopping) return done(core::fail(stopping.error()));
                        stop(caller, id, core::StopMode::terminate, done);
                      });
}

/// `how`: what comes next if it does not end.
void JobTasks::stop(const core::Caller& caller, const core::JobId& id, core::StopMode how,
                    Done<mcp::TaskView> done) {
  const core::Instant asked = clock_.instant();
  execution_.get_job(
      caller, id, kGrace, std::nullopt, nullptr,
      [this, caller, id, how, asked,
       done = std::move(done)](const core::Result<core::JobView>& view) {
        if (!view) return done(core::fail(view.error()));
        if (core::is_final(view->job.state)) return done(job_task(*view, keep_for_));
        // A service that stops waits for nothing, and nothing may be ended harder for that.
        const bool cut_short = clock_.instant() - asked < kGrace / 2;
        if (cut_short || how == core::StopMode::after_command) {
          return done(core::fail(not_ended(id)));
        }
        const auto next =
            how == core::StopMode::terminate ? core::StopMode::kill : core::StopMode::after_command;
        execution_.interrupt_job(
            caller, id, how, [this, caller, id, next, done](const core::Result<void>& stopped) {
              const bool ended = !stopped && stopped.error().code == core::ErrorCode::conflict;
              if (!stopped && !ended) return done(core::fail(stopped.error()));
              stop(caller, id, next, done);
            });
      });
}

}  // namespace berth::tools
