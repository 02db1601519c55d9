#include "service/core/status_view.h"

namespace berth::core {

void write_status(JsonWriter& json, const ServiceStatus& status) {
  json.begin_object()
      .member("status", status.stopping  ? "stopping"
                        : status.settled ? "ready"
                                         : "starting")
      .member("version", status.version)
      .member("commit", status.commit)
      .member("pid", status.pid)
      .member("started_at", status.started_at)
      .member("uptime_ms", (status.now - status.started_at).count())
      .member("active_sessions", status.active_sessions)
      .member("free_slots", status.effective_max_sessions > status.used_slots
                                ? status.effective_max_sessions - status.used_slots
                                : 0)
      .member("effective_max_sessions", status.effective_max_sessions)
      .member("warm_terminals", status.warm_terminals)
      .member("current_queue_depth", status.queue_depth)
      .member("live_jobs", status.live_jobs)
      .member("open_connections", status.open_connections)
      .member("resident_bytes", status.resident_bytes)
      .member("limits_scope", status.limits_scope)
      .end_object();
}

void write_event_statistics(JsonWriter& json, const ServiceStatus& status) {
  const EventStatistics& events = status.events;
  json.begin_object()
      .member("subscribers", events.subscribers)
      .member("subscribed", events.subscribed)
      .member("published", events.published)
      .member("delivered", events.delivered)
      .member("replayed", events.replayed)
      .member("bytes", events.bytes)
      .member("published_per_second", events.published_per_second)
      .member("delivered_per_second", events.delivered_per_second)
      .key("sources")
      .begin_array();
  for (const EventSourceStatus& source : status.event_sources) {
    json.begin_object()
        .member("name", source.name)
        .member("url", source.url)
        .member("connected", source.connected)
        .member("events", source.events)
        .member("connections", source.connections)
        .member("last_error", source.last_error)
        .end_object();
  }
  json.end_array().end_object();
}

}  // namespace berth::core
