#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/core/execution.h"

namespace berth::tools {

/// Remembers what it was asked and answers with what the test has put there.
class RecordingExecution final : public core::Execution {
 public:
  void start_session(const core::Caller& from, core::SessionRequest request, Cancel cancellation,
                     Done<core::SessionView> done) override {
    note("start_session", from, std::move(cancellation));
    session_request = std::move(request);
    done(session);
  }
  void run_command(const core::Caller& from, core::CommandRequest request, Cancel cancellation,
                   Done<core::JobView> done) override {
    note("run_command", from, std::move(cancellation));
    command_request = std::move(request);
    done(job);
  }
  void get_job(const core::Caller& from, const core::JobId& id, core::Milliseconds wait_for,
               std::optional<std::size_t> max_bytes, Cancel cancellation,
               Done<core::JobView> done) override {
    note("get_job", from, std::move(cancellation));
    job_id = id;
    wait = wait_for;
    max_output_bytes = max_bytes;
    if (on_wait) on_wait(wait_for);
    done(job);
  }
  void read_output(const core::Caller& from, core::OutputRequest request, Cancel cancellation,
                   Done<core::OutputView> done) override {
    note("read_output", from, std::move(cancellation));
    output_request = std::move(request);
    done(output);
  }
  void interrupt_job(const core::Caller& from, const core::JobId& id, core::StopMode how,
                     Done<void> done) override {
    stop("interrupt_job", from, job_id, id, how, done);
  }
  void stop_job(const core::Caller& from, const core::JobId& id, core::StopMode how,
                Done<void> done) override {
    stop("stop_job", from, job_id, id, how, done);
  }
  void interrupt_session(const core::Caller& from, const core::SessionId& id, core::StopMode how,
                         Done<void> done) override {
    stop("interrupt_session", from, session_id, id, how, done);
  }
  void end_session(const core::Caller& from, const core::SessionId& id, core::StopMode how,
                   Done<void> done) override {
    stop("end_session", from, session_id, id, how, done);
  }
  void send_input(const core::Caller& from, core::InputRequest request, Done<void> done) override {
    note("send_input", from, nullptr);
    input_request = std::move(request);
    done(stopped);
  }
  void query_position(const core::Caller& from, const core::RequestId& id,
                      Done<core::RequestView> done) override {
    note("query_position", from, nullptr);
    request_id = id;
    done(place);
  }
  void change_request_type(const core::Caller& from, const core::RequestId& id, bool sync,
                           Done<core::RequestView> done) override {
    note("change_request_type", from, nullptr);
    request_id = id;
    wanted_sync = sync;
    done(place);
  }
  void cancel_request(const core::Caller& from, const core::RequestId& id, core::StopMode mode,
                      Done<std::string> done) override {
    note("cancel_request", from, nullptr);
    request_id = id;
    stop_mode = mode;
    done(said);
  }
  void cancel_job(const core::Caller& from, const core::JobId& id, core::StopMode mode,
                  Done<std::string> done) override {
    note("cancel_job", from, nullptr);
    job_id = id;
    stop_mode = mode;
    done(said);
  }
  void purge_job(const core::Caller& from, const core::JobId& id, Done<void> done) override {
    note("purge_job", from, nullptr);
    job_id = id;
    done(stopped);
  }
  void list_queue(const core::Caller& from, std::size_t, std::size_t,
                  Done<std::vector<core::RequestView>> done) override {
    note("list_queue", from, nullptr);
    done(std::vector<core::RequestView>{});
  }
  void list_requests(const core::Caller& from, core::ListFilter wanted,
                     Done<core::Page<core::RequestRecord>> done) override {
    note("list_requests", from, nullptr);
    filter = std::move(wanted);
    done(core::Page<core::RequestRecord>{});
  }
  core::QueueStatistics queue_statistics() const override { return statistics; }
  void list_sessions(const core::Caller& from, core::ListFilter wanted,
                     Done<core::Page<core::SessionRecord>> done) override {
    note("list_sessions", from, nullptr);
    filter = std::move(wanted);
    done(sessions);
  }
  void list_jobs(const core::Caller& from, core::ListFilter wanted,
                 Done<core::Page<core::JobView>> done) override {
    note("list_jobs", from, nullptr);
    filter = std::move(wanted);
    done(jobs);
  }

  std::string called;
  core::Caller caller;
  Cancel cancel;
  core::SessionRequest session_request;
  core::CommandRequest command_request;
  core::OutputRequest output_request;
  core::InputRequest input_request;
  core::RequestId request_id;
  std::optional<bool> wanted_sync;
  core::QueueStatistics statistics;
  core::ListFilter filter;
  core::JobId job_id;
  core::SessionId session_id;
  std::function<void(core::Milliseconds)> on_wait;  // of get_job
  core::Milliseconds wait{-1};
  std::optional<std::size_t> max_output_bytes;
  std::optional<core::StopMode> stop_mode;
  std::vector<std::string> stops;  // each that came, and how

  core::Result<core::SessionView> session;
  core::Result<core::JobView> job;
  core::Result<core::OutputView> output;
  core::Result<void> stopped;
  core::Result<core::RequestView> place;
  core::Result<std::string> said;
  core::Result<core::Page<core::SessionRecord>> sessions;
  core::Result<core::Page<core::JobView>> jobs;

 private:
  void note(std::string what, const core::Caller& from, Cancel cancellation) {
    called = std::move(what);
    caller = from;
    cancel = std::move(cancellation);
  }
  template <class Id>
  void stop(const std::string& what, const core::Caller& from, Id& remembered, const Id& id,
            core::StopMode how, const Done<void>& done) {
    note(what, from, nullptr);
    stops.push_back(what + " " + std::string(core::to_string(how)));
    remembered = id;
    stop_mode = how;
    done(stopped);
  }
};

}  // namespace berth::tools
