#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::core {

/// Rising; filters take a minimum.
enum class Severity { debug, info, notice, warning, error, critical };

std::string_view to_string(Severity severity);
std::span<const std::string_view> severities();  ///< in this order
std::optional<Severity> parse_severity(std::string_view text);

/// A stored fact. `id` and `time` are given by the store at commit: ids rise in commit order and
/// `time` never falls as they rise. A fact's own time, if another, is `occurred_at` inside `data`.
struct EventRecord {
  std::int64_t id = 0;
  Timestamp time{};
  std::string type;  ///< `job.finished`
  Severity severity = Severity::info;
  std::string source = "berth";
  std::string source_id;  ///< its id there, if it came from elsewhere: stored once for each source
  std::string client_id;  ///< whose object it is about; scopes what a client sees. Empty = system.
  SessionId session_id;
  JobId job_id;
  RequestId request_id;
  ConnectionId connection_id;
  std::string upstream;
  CorrelationId correlation_id;
  std::string data = "{}";  ///< a JSON object
};

/// Every type that Berth gives to an event, also those that this version never does. What is
/// ingested is called `data.` and something beside them.
std::span<const std::string_view> event_types();

/// The topic an event type belongs to: the part before the dot but for the few that the contract
/// files elsewhere (`request.slow` → `queue`).
std::string_view topic_of(std::string_view type);

/// An event wherever it is kept; `correlation_id` and the ids are empty where there are none.
struct EventView {
  std::int64_t id = 0;
  Timestamp time{};
  std::string_view type;
  Severity severity = Severity::info;
  std::string_view source;
  std::string_view source_id;
  std::string_view client_id;
  std::string_view session_id;
  std::string_view job_id;
  std::string_view request_id;
  std::string_view connection_id;
  std::string_view upstream;
  std::string_view correlation_id;
  std::string_view data;
};

/// Of a record that outlives it.
EventView view_of(const EventRecord& event);

/// The event as the contract shows it, on one line.
void append_json(std::string& text, const EventView& event);
std::string to_json(const EventRecord& event);

}  // namespace berth::core
