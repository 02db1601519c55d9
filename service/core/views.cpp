#include "service/core/views.h"

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

}  // namespace berth::core
