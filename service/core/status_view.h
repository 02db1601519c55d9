#pragma once

#include "service/core/json.h"
#include "service/core/status.h"

namespace berth::core {

/// Writes one JSON object: `GET /status`, and the command `status` of the control socket.
void write_status(JsonWriter& json, const ServiceStatus& status);

/// Writes one JSON object: how the events are followed, and how it goes with their sources.
void write_event_statistics(JsonWriter& json, const ServiceStatus& status);

}  // namespace berth::core
