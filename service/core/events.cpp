#include "service/core/events.h"

#include <algorithm>
#include <array>
#include <charconv>
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

/// Most texts need no escapes: those are copied whole.
void append_string(std::string& text, std::string_view value) {
  const bool plain = std::ranges::all_of(
      value, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
  if (plain) {
    text.append(1, '"').append(value).append(1, '"');
    return;
  }
  JsonWriter json;
  json.value(value);
  text += json.view();
}

void append_member(std::string& text, std::string_view name, std::string_view value) {
  text.append(",\"").append(name).append("\":");
  append_string(text, value);
}

void append_set_member(std::string& text, std::string_view name, std::string_view value) {
  if (!value.empty()) append_member(text, name, value);
}

}  // namespace

std::string_view to_string(Severity severity) {
  return kSeverities.at(static_cast<std::size_t>(severity));
}

std::span<const std::string_view> severities() {
  return kSeverities;
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

EventView view_of(const EventRecord& event) {
  return {.id = event.id,
          .time = event.time,
          .type = event.type,
          .severity = event.severity,
          .source = event.source,
          .source_id = event.source_id,
          .client_id = event.client_id,
          .session_id = event.session_id.str(),
          .job_id = event.job_id.str(),
          .request_id = event.request_id.str(),
          .connection_id = event.connection_id.str(),
          .upstream = event.upstream,
          .correlation_id = event.correlation_id.str(),
          .data = event.data};
}

void append_json(std::string& text, const EventView& event) {
  text += "{\"id\":";
  std::array<char, 24> digits;
  text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), event.id).ptr);
  text += ",\"time\":\"";
  append_rfc3339(text, event.time);
  text += '"';
  append_member(text, "type", event.type);
  append_member(text, "topic", topic_of(event.type));
  append_member(text, "severity", to_string(event.severity));
  append_member(text, "source", event.source);
  append_set_member(text, "source_id", event.source_id);
  append_set_member(text, "session_id", event.session_id);
  append_set_member(text, "job_id", event.job_id);
  append_set_member(text, "request_id", event.request_id);
  append_set_member(text, "connection_id", event.connection_id);
  append_set_member(text, "upstream", event.upstream);
  append_set_member(text, "correlation_id", event.correlation_id);
  text.append(",\"data\":").append(event.data).append(1, '}');
}

std::string to_json(const EventRecord& event) {
  std::string text;
  append_json(text, view_of(event));
  return text;
}

}  // namespace berth::core
