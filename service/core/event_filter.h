#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/events.h"
#include "service/core/identity.h"
#include "service/core/time.h"

namespace berth::core {

/// Which events somebody follows: all conditions hold, and of several values of one any of them. An
/// empty condition always holds.
struct EventFilter {
  std::string client_id;             ///< whose objects they are about; empty = everybody's (admin)
  std::vector<std::string> topics;   ///< topic_of() a type, or one that gathers: errors, progress
  std::vector<std::string> types;    ///< `job.finished`; `data.*` stands for all that begin so
  std::vector<std::string> sources;  ///< `berth`, or where an ingested event came from
  std::vector<std::string> session_ids;
  std::vector<std::string> job_ids;
  std::vector<std::string> connection_ids;
  Severity least_severity = Severity::debug;

  bool matches(const EventView& event) const;
  bool takes_everything() const;
};

/// Where in the event log somebody begins.
struct EventPlace {
  std::optional<std::int64_t> after;  ///< the last event it has; none = only what comes
  std::optional<Timestamp> since;     ///< instead: what was recorded from then on
};

/// Which stored events somebody lists.
struct EventQuery {
  EventFilter filter;
  EventPlace
      place;  ///< with `after` oldest first from there, else newest first (`since` bounds it)
  std::size_t limit = 50;
  std::string cursor;  ///< of the page before; empty = the first page
};

/// Who is not admin follows what is about its own objects.
void restrict_to(EventFilter& filter, const Caller& caller);

/// Of the last event that somebody has; 0 = of none. invalid_argument naming the field.
Result<std::int64_t> parse_event_id(std::string_view text, std::string_view field);

/// Adds a condition by its name in queries (`topic type session_id job_id connection_id source
/// severity`); each but severity may be added several times. invalid_argument naming it.
Result<void> add_condition(EventFilter& filter, std::string_view name, const std::string& value);

/// invalid_argument, with what there is to choose from, unless events can have that type (`data.*`
/// stands for all that begin so) or topic. Empty passes.
Result<void> check_event_type(std::string_view type);
Result<void> check_event_topic(std::string_view topic);

}  // namespace berth::core
