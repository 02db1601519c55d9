#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/events.h"

namespace berth::core {

inline constexpr std::size_t kMaxSourceBytes = 128;
inline constexpr std::size_t kMaxSourceIdBytes = 256;

/// The type of an event that is called `name` where it comes from: `plan created` becomes
/// `data.plan_created`.
std::string ingested_type(std::string_view name);

/// Reads an event that another system sends: an object with `type` (`data.…`), `source`,
/// `source_id`, and perhaps `time` (kept as `occurred_at` in its data), `severity` and `data`, an
/// object of at most `max_data_bytes`. invalid_argument naming the member that is wrong or not
/// known.
Result<EventRecord> read_ingested_event(std::string_view json, std::size_t max_data_bytes);

/// One to try the way of the events with.
EventRecord test_event();

}  // namespace berth::core
