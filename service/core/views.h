#pragma once

#include "service/core/execution.h"
#include "service/core/json.h"

namespace berth::core {

/// The one JSON form of jobs and sessions, for tools and routes alike (contract: A **job**).

/// Writes one JSON object. With output it is what the caller of the command gets: stdout and stderr
/// as shown, without the command, which the caller knows. Without, it is a list's entry: the
/// command and no output.
void write_job(JsonWriter& json, const JobView& view, bool with_output);

/// Writes one JSON object.
void write_session(JsonWriter& json, const SessionRecord& session);

/// Writes one JSON object.
void write_connection(JsonWriter& json, const ConnectionRecord& connection);

/// Writes one JSON object (contract: `query_position`, and what else is known).
void write_request(JsonWriter& json, const RequestView& view);

/// Writes one JSON object (contract: `GET /admin/v1/metrics`).
void write_metrics(JsonWriter& json, const QueueStatistics& statistics);

/// Writes `{"items":[…],"next_cursor":…}`; `write` writes one record.
template <class Record, class Write>
void write_page(JsonWriter& json, const Page<Record>& page, const Write& write) {
  json.begin_object().key("items").begin_array();
  for (const Record& record : page.items) write(json, record);
  json.end_array();
  if (!page.next_cursor.empty()) json.member("next_cursor", page.next_cursor);
  json.end_object();
}

/// The directory a job is or was in last; empty while only its session knows it.
std::string_view current_cwd(const JobRecord& job);

}  // namespace berth::core
