#pragma once

#include "service/core/redactor.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "service/jobs/spool.h"
#include "service/loop/loop.h"
#include "service/runtime/worker_pool.h"
#include "service/terminals/host_launcher.h"

namespace berth::execution {

/// What execution needs from the rest of the service. All outlive it.
struct Services {
  loop::Loop& loop;
  core::ChangeLog& log;
  core::Queries& queries;
  const core::Clock& clock;
  runtime::WorkerPool& workers;
  const jobs::Spool& spool;
  terminals::HostLauncher& launcher;
  const core::Redactor& redactor;
};

}  // namespace berth::execution
