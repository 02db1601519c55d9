#pragma once

#include <string>

#include "service/core/status.h"

namespace berth::routes {

/// The health of the service as /health/ready and /heartbeat tell it.
std::string health_report(const core::ServiceStatus& status);

}  // namespace berth::routes
