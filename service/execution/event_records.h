#pragma once

#include <string_view>

#include "service/core/events.h"
#include "service/core/execution.h"
#include "service/core/job.h"
#include "service/core/queue.h"
#include "service/core/session.h"

namespace berth::execution {

/// The facts that this folder tells, ready to be stored.
core::EventRecord job_event(std::string_view type, const core::JobRecord& job);
core::EventRecord session_event(std::string_view type, const core::SessionRecord& session,
                                std::string_view reason = {});

/// A request that waits, with its place; or one that does not (any more).
core::EventRecord request_event(std::string_view type, const core::RequestView& view);
core::EventRecord request_event(std::string_view type, const core::RequestRecord& request);
core::EventRecord throttle_event(std::size_t from, std::size_t to, std::string_view reason);

/// `job.finished`, `job.failed` … for a final state.
std::string_view final_event_type(core::JobState state);

}  // namespace berth::execution
