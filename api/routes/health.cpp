#include "api/http/exchange.h"
#include "api/routes/routes.h"
#include "service/core/json.h"

namespace berth::routes {

void add_health(http::Router& router, const core::StatusSource& source) {
  http::RouteOptions options;
  options.access = http::Access::open;
  options.while_draining = true;

  // Live: the core loop answers at all.
  router.add(http::Method::get, "/health/live", options,
             [](const std::shared_ptr<http::Exchange>& exchange) {
               exchange->respond(http::Response::json(R"({"status":"live"})"));
             });

  // Ready: what the last run left behind is taken over, and new work is taken.
  router.add(http::Method::get, "/health/ready", options,
             [&source](const std::shared_ptr<http::Exchange>& exchange) {
               const core::ServiceStatus status = source.status();
               core::JsonWriter json;
               json.begin_object()
                   .member("status", status.ready() ? "ready" : "not_ready")
                   .key("components")
                   .begin_object()
                   .member("terminals", status.settled ? "ready" : "reconciling")
                   .member("service", status.stopping ? "stopping" : "running")
                   .end_object()
                   .member("reconciling_hosts", status.reconciling_hosts)
                   .end_object();
               exchange->respond(http::Response::json(json.str(), status.ready() ? 200 : 503));
             });
}

}  // namespace berth::routes
