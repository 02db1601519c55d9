#pragma once

#include <cstddef>
#include <functional>

#include "service/core/execution.h"
#include "service/jobs/job_table.h"
#include "service/jobs/output_reader.h"
#include "service/jobs/spool.h"
#include "service/runtime/worker_pool.h"

namespace berth::execution {

/// Turns a job into what its caller is shown: the record with both ends of its output. Core loop;
/// files are read by workers.
class OutputAnswers {
 public:
  OutputAnswers(runtime::WorkerPool& workers, const jobs::Spool& spool)
      : workers_(workers), spool_(spool) {}

  /// A live job. `view` makes the view of its state at that moment.
  void answer(const jobs::JobPointer& job, std::function<core::JobView(const jobs::Job&)> view,
              std::size_t max_output_bytes, core::Execution::Done<core::JobView> done) const;
  /// One that is stored only.
  void answer(core::JobRecord record, std::size_t max_output_bytes,
              core::Execution::Done<core::JobView> done) const;

  void read(const jobs::JobPointer& job, core::OutputRequest request,
            core::Execution::Done<core::OutputView> done) const;
  void read(core::JobRecord record, core::OutputRequest request,
            core::Execution::Done<core::OutputView> done) const;

 private:
  void fill_in(core::JobView view, std::size_t max_output_bytes,
               core::Execution::Done<core::JobView> done) const;

  runtime::WorkerPool& workers_;
  const jobs::Spool& spool_;
};

}  // namespace berth::execution
