#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "service/core/error.h"
#include "service/core/execution.h"
#include "service/core/job.h"
#include "service/jobs/spool.h"
#include "service/platform/descriptor.h"

namespace berth::jobs {

/// One stream of one job's output, wherever it is: in the job's row or in a file that may still
/// grow. A job that never ran has an empty one. Blocks: for workers.
class OutputSource {
 public:
  static core::Result<OutputSource> open(const Spool& spool, const core::JobRecord& job,
                                         core::OutputStream stream);
  explicit OutputSource(std::string whole) : bytes_(std::move(whole)) {}

  /// Bytes it has now.
  core::Result<std::uint64_t> size() const;
  /// At most `length` bytes; fewer at the end.
  core::Result<std::string> read(std::uint64_t offset, std::size_t length) const;

 private:
  explicit OutputSource(platform::Descriptor file) : bytes_(std::move(file)) {}

  std::variant<std::string, platform::Descriptor> bytes_;
};

}  // namespace berth::jobs
