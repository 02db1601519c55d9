#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "service/core/connections.h"
#include "service/core/execution.h"
#include "service/execution/lane_runner.h"
#include "service/execution/output_answers.h"
#include "service/execution/session_keeper.h"
#include "service/execution/session_reaper.h"
#include "service/jobs/retention.h"

namespace berth::execution {

struct CoordinatorSettings {
  LaneSettings lanes;
  std::string default_shell = "bash";
  IdleLimits idle;
  jobs::RetentionLimits retention;
  std::size_t max_waiting_per_session = 200;
  std::size_t max_command_bytes = 4'194'304;
  std::size_t max_output_bytes = 1'048'576;  ///< bound of what a caller may ask for
};

/// The one place that touches sessions, queue and jobs together: `run_command` and friends. Core
/// loop. Calls that come before what an earlier run of the service left behind is settled wait for
/// that (see Reconciler).
class Coordinator final : public core::Execution {
 public:
  Coordinator(Services services, CoordinatorSettings settings,
              const core::Connections& connections);

  void start_session(const core::Caller& caller, core::SessionRequest request, Cancel cancel,
                     Done<core::SessionView> done) override;
  void run_command(const core::Caller& caller, core::CommandRequest request, Cancel cancel,
                   Done<core::JobView> done) override;
  void get_job(const core::Caller& caller, const core::JobId& id, core::Milliseconds wait,
               std::optional<std::size_t> max_output_bytes, Cancel cancel,
               Done<core::JobView> done) override;
  void read_output(const core::Caller& caller, core::OutputRequest request, Cancel cancel,
                   Done<core::OutputView> done) override;
  void interrupt_job(const core::Caller& caller, const core::JobId& id, core::StopMode how,
                     Done<void> done) override;
  void stop_job(const core::Caller& caller, const core::JobId& id, core::StopMode how,
                Done<void> done) override;
  void interrupt_session(const core::Caller& caller, const core::SessionId& id, core::StopMode how,
                         Done<void> done) override;
  void end_session(const core::Caller& caller, const core::SessionId& id, core::StopMode mode,
                   Done<void> done) override;
  void send_input(const core::Caller& caller, core::InputRequest request, Done<void> done) override;
  void query_position(const core::Caller& caller, const core::RequestId& id,
                      Done<core::RequestView> done) override;
  void change_request_type(const core::Caller& caller, const core::RequestId& id, bool sync,
                           Done<core::RequestView> done) override;
  void cancel_request(const core::Caller& caller, const core::RequestId& id, core::StopMode mode,
                      Done<std::string> done) override;
  void cancel_job(const core::Caller& caller, const core::JobId& id, core::StopMode mode,
                  Done<std::string> done) override;
  void purge_job(const core::Caller& caller, const core::JobId& id, Done<void> done) override;
  void list_queue(const core::Caller& caller, std::size_t skip, std::size_t limit,
                  Done<std::vector<core::RequestView>> done) override;
  void list_requests(const core::Caller& caller, core::ListFilter filter,
                     Done<core::Page<core::RequestRecord>> done) override;
  core::QueueStatistics queue_statistics() const override;
  void list_sessions(const core::Caller& caller, core::ListFilter filter,
                     Done<core::Page<core::SessionRecord>> done) override;
  void list_jobs(const core::Caller& caller, core::ListFilter filter,
                 Done<core::Page<core::JobView>> done) override;

  /// Gives a job without a session a terminal of its own.
  void open_lane_for(const jobs::JobPointer& job);

  /// From now on calls are served.
  void settled();
  bool is_settled() const { return settled_; }

  LaneRunner& runner() { return runner_; }
  const LaneRunner& runner() const { return runner_; }

 private:
  void when_settled(std::function<void()> call);
  core::Result<void> check(const core::CommandRequest& request) const;
  /// The job that this very call made earlier, if it did: in memory, else in the store.
  void find_by_key(const core::Caller& caller, const std::string& request_key,
                   std::function<void(core::Result<core::JobId>)> found,
                   std::function<void()> not_found);
  void start_command(const core::Caller& caller, core::CommandRequest request, Cancel cancel,
                     Done<core::JobView> done);
  core::JobRecord make_record(const core::Caller& caller, core::CommandRequest& request) const;
  void place(const jobs::JobPointer& job, Lane* lane);
  void follow(const jobs::JobPointer& job, core::Milliseconds wait, std::size_t max_output_bytes,
              Cancel cancel, core::ProgressSink progress, Done<core::JobView> done);
  core::RequestRecord request_for(const jobs::Job& job) const;
  /// A waiting request that the caller may see.
  core::Result<core::RequestView> find_waiting(const core::Caller& caller,
                                               const core::RequestId& id) const;
  std::string cancel(const jobs::JobPointer& job, core::StopMode mode);
  /// The caller gets its answer, and the command goes on: `stored` once that is written down.
  void yielded(const jobs::JobPointer& job, std::function<void()> stored);
  core::JobView view_of(const jobs::Job& job) const;
  /// A live job, or a stored record, that the caller may see.
  void find_job(const core::Caller& caller, const core::JobId& id,
                std::function<void(const jobs::JobPointer&)> live,
                std::function<void(core::Result<core::JobRecord>)> stored);
  std::size_t output_limit(std::size_t asked) const;
  void wait_for_output(const jobs::JobPointer& job, const core::OutputRequest& request,
                       const Cancel& cancel, std::function<void(core::Result<void>)> done);

  Services services_;
  CoordinatorSettings settings_;
  const core::Connections& connections_;
  LaneRunner runner_;
  SessionKeeper sessions_;
  SessionReaper reaper_;
  OutputAnswers answers_;
  jobs::Retention retention_;
  bool settled_ = false;
  std::deque<std::function<void()>> before_settled_;
  std::unordered_map<std::string, bool> had_jobs_;  // clients: whether the store knew jobs of them
};

/// To those who wait for a job when the service stops.
core::Error stopping_error(const core::JobId& id);

}  // namespace berth::execution
