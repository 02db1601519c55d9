#pragma once

#include <memory>
#include <string>

#include "service/core/execution.h"
#include "service/core/time.h"
#include "service/mcp/task.h"

namespace berth::tools {

/// Jobs as tasks: each job is one, under its own id, so that a task is stored before it is told and
/// known after a restart. It has ended when its command has; its result is what run_command answers
/// then. Core loop.
class JobTasks final : public mcp::TaskSource {
 public:
  /// Both must outlive it. `keep_for` (jobs.keep_for): how long an ended job is kept.
  JobTasks(core::Execution& execution, const core::Clock& clock, core::Milliseconds keep_for)
      : execution_(execution), clock_(clock), keep_for_(keep_for) {}

  void find(const core::Caller& caller, const std::string& id, Done<mcp::TaskView> done) override;
  void wait(const core::Caller& caller, const std::string& id,
            std::shared_ptr<core::Cancellation> cancel, Done<mcp::TaskView> done) override;
  void list(const core::Caller& caller, std::string cursor,
            Done<core::Page<mcp::TaskView>> done) override;
  /// Interrupts the command, then ends it by ever harder means; its session goes on.
  void cancel(const core::Caller& caller, const std::string& id, Done<mcp::TaskView> done) override;

 private:
  void stop(const core::Caller& caller, const core::JobId& id, core::StopMode how,
            Done<mcp::TaskView> done);

  core::Execution& execution_;
  const core::Clock& clock_;
  core::Milliseconds keep_for_;
};

/// A job as a task, with its result once it has ended.
mcp::TaskView job_task(const core::JobView& view, core::Milliseconds keep_for);

}  // namespace berth::tools
