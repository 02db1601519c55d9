#pragma once

#include <cstdint>
#include <string>

#include "service/core/execution.h"
#include "service/jobs/spool.h"

namespace berth::jobs {

/// What a reader must know of the job besides its files.
struct OutputState {
  bool ended = false;  ///< the job is final: the file's end is the output's end
};

/// Reads a range, the last lines or the matching lines of one stream, exact bytes, at most
/// `request.limit` of them. Blocks: run it on a worker. A job that never ran has empty output.
core::Result<core::OutputView> read_output(const Spool& spool, const core::OutputRequest& request,
                                           OutputState state);

/// Both ends of one stream within `limit` bytes, joined and made readable for an agent.
struct Excerpt {
  std::string text;
  std::int64_t total_bytes = 0;
  bool truncated = false;
};

core::Result<Excerpt> read_excerpt(const Spool& spool, const core::JobId& id,
                                   core::OutputStream stream, std::size_t limit);

/// The same for an output that is at hand already.
Excerpt make_excerpt(std::string_view whole, const core::JobId& id, core::OutputStream stream,
                     std::size_t limit);

}  // namespace berth::jobs
