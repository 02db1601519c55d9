#pragma once

#include "service/core/error.h"
#include "service/core/execution.h"

namespace berth::core {

/// What a caller may set for a command or a session: names that a shell takes (letters, digits and
/// `_`, no digit first) and values without NUL, which no process can be given. `invalid_argument`
/// names the variable.
Result<void> check_environment(const EnvironmentList& environment);

}  // namespace berth::core
