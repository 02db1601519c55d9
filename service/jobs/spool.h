#pragma once

#include <cstdint>
#include <string>

#include "service/core/error.h"
#include "service/core/execution.h"
#include "service/core/ids.h"
#include "service/core/job.h"
#include "service/platform/descriptor.h"

namespace berth::jobs {

/// The files with the output of jobs. A host has two that its commands write one after the other,
/// `hosts/<host>/stdout` and `stderr`; what is too large for the job's row is kept from there as
/// `spool/<job>.stdout` and `.stderr`. So a small command makes no file at all. Thread-safe; every
/// call may block: run it on a worker.
class Spool {
 public:
  explicit Spool(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  core::Result<void> prepare() const;

  struct Files {
    platform::Descriptor standard_output;
    platform::Descriptor standard_error;
  };

  /// New, empty files for a host's next commands. What the old ones hold is dropped.
  core::Result<Files> renew(const core::HostId& host) const;

  struct Sizes {
    std::int64_t standard_output = 0;
    std::int64_t standard_error = 0;
  };

  /// Keeps what the host's files hold as the output of that job. May be called again after a crash:
  /// what has been kept already stays. The host has to be given others before its next command.
  core::Result<Sizes> keep(const core::HostId& host, const core::JobId& job) const;

  /// The file of a job that runs, or whose output is not in its row. not_found: there is none.
  core::Result<platform::Descriptor> open(const core::JobRecord& job,
                                          core::OutputStream stream) const;

  core::Result<void> remove(const core::JobId& id) const;

 private:
  std::string host_path(const core::HostId& host, core::OutputStream stream) const;
  std::string job_path(const core::JobId& job, core::OutputStream stream) const;
  core::Result<std::int64_t> keep(const core::HostId& host, const core::JobId& job,
                                  core::OutputStream stream) const;

  std::string data_dir_;
};

}  // namespace berth::jobs
