#include "service/core/views.h"

#include <chrono>

namespace berth::core {
namespace {

template <class Kind>
void id_member(JsonWriter& json, std::string_view name, const Id<Kind>& id) {
  if (id) json.member(name, id);
}

void text_member(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, text);
}

}  // namespace

std::string_view current_cwd(const JobRecord& job) {
  return job.cwd_after.empty() ? job.cwd : job.cwd_after;
}

void write_job(JsonWriter& json, const JobView& view, bool with_output) {
  const JobRecord& job = view.job;
  json.begin_object().member("job_id", job.id);
  id_member(json, "session_id", job.session_id);
  id_member(json, "request_id", job.request_id);
  json.member("state", to_string(job.state)).member("exit_code", job.exit_code);
  text_member(json, "signal", job.signal);
  if (with_output) {
    json.member("stdout", view.stdout_text).member("stderr", view.stderr_text);
  } else {
    json.member("command", job.command);
  }
  json.member("stdout_bytes", job.stdout_bytes)
      .member("stderr_bytes", job.stderr_bytes)
      .member("truncated", view.truncated)
      .member("cwd", current_cwd(job))
      .member("duration_ms", view.duration.count());
  if (view.awaiting_input) json.member("awaiting_input", true);
  json.member("position", view.position);
  if (view.eta) json.member("eta_ms", view.eta->count());
  text_member(json, "message", job.message);
  json.member("created_at", job.created_at)
      .member("started_at", job.started_at)
      .member("finished_at", job.finished_at)
      .end_object();
}

void write_session(JsonWriter& json, const SessionRecord& session) {
  json.begin_object().member("session_id", session.id);
  text_member(json, "name", session.name);
  json.member("state", to_string(session.state))
      .member("shell", session.shell)
      .member("cwd", session.cwd)
      .member("client_id", session.client_id)
      .member("created_at", session.created_at)
      .member("used_at", session.used_at)
      .member("ended_at", session.ended_at);
  text_member(json, "end_reason", session.end_reason);
  json.end_object();
}

void write_connection(JsonWriter& json, const ConnectionRecord& connection) {
  json.begin_object()
      .member("connection_id", connection.id)
      .member("kind", connection.kind)
      .member("state", connection.closed_at ? "closed" : "open")
      .member("client_id", connection.client_id)
      .member("principal", connection.principal)
      .member("scope", connection.scope)
      .member("peer", connection.peer)
      .member("client_name", connection.client_name)
      .member("client_version", connection.client_version)
      .member("protocol_version", connection.protocol_version)
      .member("opened_at", connection.opened_at)
      .member("closed_at", connection.closed_at);
  if (!connection.close_reason.empty()) json.member("close_reason", connection.close_reason);
  json.end_object();
}

void write_request(JsonWriter& json, const RequestView& view) {
  const RequestRecord& request = view.request;
  json.begin_object().member("request_id", request.id);
  id_member(json, "session_id", request.session_id);
  id_member(json, "job_id", request.job_id);
  json.member("state", to_string(request.state))
      .member("position", view.position)
      .member("eta_ms", view.eta.count())
      .member("sync", request.sync)
      .member("client_id", request.client_id)
      .member("created_at", request.arrived_at)
      .member("ended_at", request.ended_at)
      .member("estimate_ms", request.estimate.count())
      .end_object();
}

void write_metrics(JsonWriter& json, const QueueStatistics& now) {
  const auto seconds = [](Milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
  };
  json.begin_object()
      .member("active_sessions", now.active_sessions)
      .member("used_slots", now.used)
      .member("free_slots",
              now.effective_max_sessions > now.used ? now.effective_max_sessions - now.used : 0)
      .member("current_queue_depth", now.waiting_sync + now.waiting_async)
      .member("queued_sync", now.waiting_sync)
      .member("queued_async", now.waiting_async)
      .member("peak_sessions", now.peak_sessions)
      .member("peak_queue_depth", now.peak_waiting)
      .member("avg_wait_sync", seconds(now.average_wait_sync))
      .member("avg_wait_async", seconds(now.average_wait_async))
      .member("estimated_wait_next_sync_sec", seconds(now.next_wait_sync))
      .member("estimated_wait_next_async_sec", seconds(now.next_wait_async))
      .member("estimate_error_sync_sec", seconds(now.estimate_error_sync))
      .member("estimate_error_async_sec", seconds(now.estimate_error_async))
      .member("max_sessions", now.max_sessions)
      .member("effective_max_sessions", now.effective_max_sessions)
      .end_object();
}

}  // namespace berth::core
