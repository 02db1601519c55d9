#pragma once

#include <string>

#include "service/core/error.h"
#include "service/core/execution.h"
#include "service/core/ids.h"
#include "service/platform/descriptor.h"

namespace berth::jobs {

/// The folder with the output of every job, two files each. The service makes them and passes the
/// open descriptors to the host that writes them. Thread-safe; every call may block: run it on a
/// worker.
class Spool {
 public:
  explicit Spool(std::string folder) : folder_(std::move(folder)) {}

  core::Result<void> prepare() const;

  struct Files {
    platform::Descriptor standard_output;
    platform::Descriptor standard_error;
  };

  /// New, empty files for a job that is about to be dispatched. Files that an earlier dispatch
  /// left, which its host never accepted, are replaced.
  core::Result<Files> create(const core::JobId& id) const;

  /// not_found if the job never ran.
  core::Result<platform::Descriptor> open(const core::JobId& id, core::OutputStream stream) const;

  core::Result<void> remove(const core::JobId& id) const;

 private:
  std::string path(const core::JobId& id, core::OutputStream stream) const;

  std::string folder_;
};

}  // namespace berth::jobs
