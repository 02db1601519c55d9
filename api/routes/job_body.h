#pragma once

#include <string_view>

#include "service/core/execution.h"

namespace berth::routes {

/// The body of `POST /admin/v1/jobs`: the arguments of `run_background`. Errors name the field; an
/// unknown field is one.
core::Result<core::CommandRequest> read_job_body(std::string_view body);

/// The body of `POST /admin/v1/jobs/{id}/input`: the arguments of `send_input` but for the job.
core::Result<core::InputRequest> read_input_body(std::string_view body);

}  // namespace berth::routes
