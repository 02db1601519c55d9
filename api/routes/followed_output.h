#pragma once

#include <memory>

#include "api/http/exchange.h"
#include "service/core/execution.h"

namespace berth::routes {

/// Whether the query asks to follow: `follow`, `follow=true`. An error for what can't be followed.
core::Result<bool> is_followed(const http::Request& request);

/// Answers with server-sent events: an unnamed one for each piece of output (data: Base64, id: the
/// offset behind it), and `end` with the job (without output) once that has ended and all is sent.
/// Begins behind `Last-Event-ID` if the client comes back, else where `request` says. Any number
/// may follow; each reads at its own speed.
void follow_output(core::Execution& execution, const std::shared_ptr<http::Exchange>& exchange,
                   core::OutputRequest request);

}  // namespace berth::routes
