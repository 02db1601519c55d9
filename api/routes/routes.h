#pragma once

#include "api/http/router.h"
#include "service/core/connections.h"
#include "service/core/execution.h"
#include "service/core/status.h"
#include "service/core/store.h"
#include "service/core/time.h"
#include "service/runtime/worker_pool.h"

namespace berth::routes {

/// Each adds the routes of one resource: decode, one call, encode. What they are given outlives the
/// router. Core loop.
void add_status(http::Router& router, const core::StatusSource& status);
void add_health(http::Router& router, const core::StatusSource& status);
void add_connections(http::Router& router, core::Queries& queries);
void add_sessions(http::Router& router, core::Execution& execution);
void add_jobs(http::Router& router, core::Execution& execution);
void add_queue(http::Router& router, core::Execution& execution);
void add_metrics(http::Router& router, const core::Execution& execution);
void add_events(http::Router& router, core::Queries& queries, const core::StatusSource& status,
                const core::Clock& clock);
void add_event_ingestion(http::Router& router, core::ChangeLog& log, runtime::WorkerPool& workers,
                         std::size_t max_data_bytes);

}  // namespace berth::routes
