#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "service/core/store.h"
#include "service/core/time.h"
#include "service/jobs/spool.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/runtime/worker_pool.h"

namespace berth::jobs {

struct RetentionLimits {
  core::Milliseconds keep_for{2'592'000'000};  ///< 30 days after its end
  std::int64_t max_count = 100'000;
  std::int64_t max_bytes = std::int64_t{20} << 30;  ///< of output in files, of all jobs
};

/// Removes jobs that ended long ago, or are too many or too large together, oldest first: a few at
/// a time, so that writers never wait for it. Also what an admin purges. Core loop.
class Retention {
 public:
  Retention(loop::Loop& loop, core::ChangeLog& log, core::Queries& queries,
            runtime::WorkerPool& workers, const Spool& spool, const core::Clock& clock,
            RetentionLimits limits);

  /// Begins to look, now and regularly.
  void start();

  /// Erases a job's output and text; its record stays. For a job that has ended.
  void purge(const core::JobId& id, std::function<void(core::Result<void>)> done);

 private:
  void look();
  void remove(std::vector<core::JobId> ids);

  core::ChangeLog& log_;
  core::Queries& queries_;
  runtime::WorkerPool& workers_;
  const Spool& spool_;
  const core::Clock& clock_;
  RetentionLimits limits_;
  loop::Timer timer_;
};

}  // namespace berth::jobs
