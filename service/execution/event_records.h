#pragma once

#include <string_view>

#include "service/core/events.h"
#include "service/core/job.h"
#include "service/core/session.h"

namespace berth::execution {

/// The facts that this folder tells, ready to be stored.
core::EventRecord job_event(std::string_view type, const core::JobRecord& job);
core::EventRecord session_event(std::string_view type, const core::SessionRecord& session,
                                std::string_view reason = {});

/// `job.finished`, `job.failed` … for a final state.
std::string_view final_event_type(core::JobState state);

}  // namespace berth::execution
