#include "service/execution/event_records.h"

#include "service/core/json.h"

namespace berth::execution {
namespace {

core::Severity severity_of(core::JobState state) {
  switch (state) {
    case core::JobState::lost:
      return core::Severity::error;
    case core::JobState::failed:
    case core::JobState::timed_out:
      return core::Severity::warning;
    default:
      return core::Severity::info;
  }
}

}  // namespace

std::string_view final_event_type(core::JobState state) {
  switch (state) {
    case core::JobState::failed:
      return "job.failed";
    case core::JobState::cancelled:
      return "job.cancelled";
    case core::JobState::timed_out:
      return "job.timed_out";
    case core::JobState::lost:
      return "job.lost";
    default:
      return "job.finished";
  }
}

core::EventRecord job_event(std::string_view type, const core::JobRecord& job) {
  core::JsonWriter data;
  data.begin_object()
      .member("state", core::to_string(job.state))
      .member("shell", job.shell)
      .member("background", job.background)
      .member("exit_code", job.exit_code);
  if (!job.signal.empty()) data.member("signal", job.signal);
  if (job.stdout_bytes + job.stderr_bytes > 0 || core::is_final(job.state)) {
    data.member("stdout_bytes", job.stdout_bytes).member("stderr_bytes", job.stderr_bytes);
  }
  if (core::is_final(job.state)) {
    data.member("cwd", job.cwd_after);
    if (job.started_at && job.finished_at) {
      data.member("duration_ms", (*job.finished_at - *job.started_at).count());
    }
  }
  if (!job.message.empty()) data.member("message", job.message);
  data.end_object();

  core::EventRecord event;
  event.type = type;
  event.severity = severity_of(job.state);
  event.client_id = job.client_id;
  event.session_id = job.session_id;
  event.job_id = job.id;
  event.request_id = job.request_id;
  event.correlation_id = job.correlation_id;
  event.data = data.str();
  return event;
}

core::EventRecord session_event(std::string_view type, const core::SessionRecord& session,
                                std::string_view reason) {
  core::JsonWriter data;
  data.begin_object()
      .member("state", core::to_string(session.state))
      .member("shell", session.shell)
      .member("cwd", session.cwd);
  if (!session.name.empty()) data.member("name", session.name);
  if (!reason.empty()) data.member("reason", reason);
  data.end_object();

  core::EventRecord event;
  event.type = type;
  event.client_id = session.client_id;
  event.session_id = session.id;
  event.correlation_id = session.correlation_id;
  event.data = data.str();
  return event;
}

core::EventRecord request_event(std::string_view type, const core::RequestView& view) {
  const core::RequestRecord& request = view.request;
  core::JsonWriter data;
  data.begin_object().member("state", core::to_string(request.state)).member("sync", request.sync);
  if (view.position > 0) {
    data.member("position", view.position).member("eta_ms", view.eta.count());
  }
  data.end_object();

  core::EventRecord event;
  event.type = type;
  event.client_id = request.client_id;
  event.session_id = request.session_id;
  event.job_id = request.job_id;
  event.request_id = request.id;
  event.data = data.str();
  return event;
}

core::EventRecord request_event(std::string_view type, const core::RequestRecord& request) {
  core::RequestView view;
  view.request = request;
  return request_event(type, view);
}

core::EventRecord throttle_event(std::size_t from, std::size_t to, std::string_view reason) {
  core::JsonWriter data;
  data.begin_object().member("from", from).member("to", to).member("reason", reason).end_object();

  core::EventRecord event;
  event.type = "throttle.changed";
  event.severity = to < from ? core::Severity::notice : core::Severity::info;
  event.data = data.str();
  return event;
}

}  // namespace berth::execution
