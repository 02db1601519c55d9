#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/job.h"

namespace berth::jobs {

/// A host writes this down before it starts a command, so that the command need not wait until the
/// job's row is committed: a service that was killed in between makes the row from it again. Above
/// this size the row is waited for instead.
inline constexpr std::size_t kMaxContextBytes = std::size_t{16} << 10U;

/// All of a dispatched job's record that was known when it was dispatched.
std::string encode_context(const core::JobRecord& job);
core::Result<core::JobRecord> decode_context(std::string_view context);

}  // namespace berth::jobs
