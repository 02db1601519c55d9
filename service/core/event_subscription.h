#pragma once

#include "service/core/error.h"
#include "service/core/event_feed.h"
#include "service/core/event_filter.h"
#include "service/core/json_scan.h"

namespace berth::core {

/// Which events somebody wants, and from where on.
struct EventSubscription {
  EventFilter filter;
  EventPlace place;
};

/// Reads `filter` (an object of conditions, see add_condition(), each a text or a list of texts)
/// and `last_event_id` of a message; the caller follows what it may see. invalid_argument naming
/// the member that is wrong.
Result<EventSubscription> read_event_subscription(const JsonObject& message, const Caller& caller);

}  // namespace berth::core
