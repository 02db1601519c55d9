#include "api/http/exchange.h"
#include "api/routes/routes.h"
#include "service/core/json.h"

namespace berth::routes {

void add_status(http::Router& router, const core::StatusSource& source) {
  http::RouteOptions options;
  options.access = http::Access::open;
  options.while_draining = true;
  router.add(http::Method::get, "/status", options,
             [&source](const std::shared_ptr<http::Exchange>& exchange) {
               const core::ServiceStatus status = source.status();
               core::JsonWriter json;
               json.begin_object()
                   .member("status", status.stopping  ? "stopping"
                                     : status.settled ? "ready"
                                                      : "starting")
                   .member("version", status.version)
                   .member("commit", status.commit)
                   .member("pid", status.pid)
                   .member("started_at", status.started_at)
                   .member("uptime_ms", (status.now - status.started_at).count())
                   .member("active_sessions", status.active_sessions)
                   .member("free_slots", status.effective_max_sessions > status.used_slots
                                             ? status.effective_max_sessions - status.used_slots
                                             : 0)
                   .member("effective_max_sessions", status.effective_max_sessions)
                   .member("warm_terminals", status.warm_terminals)
                   .member("current_queue_depth", status.queue_depth)
                   .member("live_jobs", status.live_jobs)
                   .member("open_connections", status.open_connections)
                   .member("resident_bytes", status.resident_bytes)
                   .member("limits_scope", status.limits_scope)
                   .end_object();
               exchange->respond(http::Response::json(json.str()));
             });
}

}  // namespace berth::routes
