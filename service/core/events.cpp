#include "service/core/events.h"

#include <array>
#include <utility>

#include "service/core/json.h"
#include "service/core/words.h"

namespace berth::core {
namespace {

constexpr std::array<std::string_view, 6> kSeverities{"debug",   "info",  "notice",
                                                      "warning", "error", "critical"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFiledElsewhere{{
    {"request", "queue"},
    {"rate_limit", "upstream"},
    {"circuit", "upstream"},
    {"snapshot", "file"},
    {"throttle", "system"},
    {"service", "system"},
    {"config", "system"},
}};

constexpr std::array<std::string_view, 45> kTypes{
    {"session.queued",     "session.ready",      "session.started",     "session.idle",
     "session.restarted",  "session.ended",      "session.reaped",      "queue.position_changed",
     "queue.type_changed", "request.cancelled",  "request.slow",        "job.queued",
     "job.started",        "job.progress",       "job.awaiting_input",  "job.finished",
     "job.failed",         "job.cancelled",      "job.timed_out",       "job.lost",
     "connection.opened",  "connection.closed",  "connection.killed",   "upstream.starting",
     "upstream.ready",     "upstream.unhealthy", "upstream.exited",     "upstream.backing_off",
     "upstream.failed",    "upstream.stopped",   "rate_limit.detected", "circuit.opened",
     "circuit.closed",     "file.changed",       "file.appended",       "snapshot.created",
     "ask.opened",         "ask.answered",       "ask.expired",         "throttle.changed",
     "alert.raised",       "alert.cleared",      "service.started",     "service.stopping",
     "config.reloaded"}};

template <class Kind>
void id_member(JsonWriter& json, std::string_view name, const Id<Kind>& id) {
  if (id) json.member(name, id);
}

}  // namespace

std::string_view to_string(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

std::span<const std::string_view> event_types() {
  return kTypes;
}

std::optional<Severity> parse_severity(std::string_view text) {
  return parse_word<Severity>(kSeverities, text);
}

std::string_view topic_of(std::string_view type) {
  const std::string_view family = type.substr(0, type.find('.'));
  for (const auto& [name, topic] : kFiledElsewhere) {
    if (name == family) return topic;
  }
  return family;
}

std::string to_json(const EventRecord& event) {
  JsonWriter json;
  json.begin_object()
      .member("id", event.id)
      .member("time", event.time)
      .member("type", event.type)
      .member("topic", topic_of(event.type))
      .member("severity", to_string(event.severity))
      .member("source", event.source);
  id_member(json, "session_id", event.session_id);
  id_member(json, "job_id", event.job_id);
  id_member(json, "request_id", event.request_id);
  id_member(json, "connection_id", event.connection_id);
  if (!event.upstream.empty()) json.member("upstream", event.upstream);
  id_member(json, "correlation_id", event.correlation_id);
  json.raw_member("data", event.data).end_object();
  return json.str();
}

}  // namespace berth::core
