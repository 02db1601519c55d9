#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "service/core/execution.h"
#include "service/jobs/output_source.h"

namespace berth::jobs {

/// Reads a range, the last lines or the matching lines of one stream, exact bytes, at most
/// `request.limit` of them. `ended`: the source's end is the output's end. Blocks: for workers.
core::Result<core::OutputView> read_output(const OutputSource& source,
                                           const core::OutputRequest& request, bool ended);

/// For an agent: the call that reads an output from this offset on.
std::string how_to_read(const core::JobId& id, core::OutputStream stream, std::size_t offset);

/// Both ends of one stream within `limit` bytes, joined and made readable for an agent.
struct Excerpt {
  std::string text;
  std::int64_t total_bytes = 0;
  bool truncated = false;
};

core::Result<Excerpt> read_excerpt(const OutputSource& source, const core::JobId& id,
                                   core::OutputStream stream, std::size_t limit);

}  // namespace berth::jobs
