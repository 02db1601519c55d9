#pragma once

#include <string>

#include "service/core/execution.h"
#include "service/core/json.h"
#include "service/tools/arguments.h"

namespace berth::tools {

/// The arguments that the two lists have in common. Whose things are listed is the port's decision,
/// by the caller.
inline core::Result<core::ListFilter> read_list_filter(const Arguments& arguments) {
  auto session = arguments.id<core::SessionId>("session_id");
  if (!session) return core::fail(std::move(session.error()));
  core::ListFilter filter;
  filter.state = arguments.text("state");
  filter.session_id = std::move(*session);
  filter.limit =
      static_cast<std::size_t>(arguments.integer("limit", static_cast<std::int64_t>(filter.limit)));
  filter.cursor = arguments.text("cursor");
  return filter;
}

/// Closes a list's text and JSON alike when there is another page.
inline void end_list(std::string& text, core::JsonWriter& json, const std::string& next_cursor) {
  json.end_array();
  if (!next_cursor.empty()) {
    json.member("next_cursor", next_cursor);
    text += "\n[More: the same call with cursor " + next_cursor + "]";
  }
  json.end_object();
}

}  // namespace berth::tools
