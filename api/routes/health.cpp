#include "api/http/exchange.h"
#include "api/routes/health_report.h"
#include "api/routes/routes.h"
#include "service/core/json.h"

namespace berth::routes {

std::string health_report(const core::ServiceStatus& status) {
  core::JsonWriter json;
  json.begin_object()
      .member("status", status.ready() ? "ready" : "not_ready")
      .member("time", status.now)
      .key("components")
      .begin_object()
      .member("terminals", status.settled ? "ready" : "reconciling")
      .member("service", status.stopping ? "stopping" : "running")
      .member("events", status.stopping ? "stopping" : "streaming")
      .end_object()
      .member("reconciling_hosts", status.reconciling_hosts)
      .member("event_subscribers", status.events.subscribers)
      .member("events_published_per_second", status.events.published_per_second)
      .member("events_delivered_per_second", status.events.delivered_per_second)
      .end_object();
  return json.str();
}

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
  router.add(
      http::Method::get, "/health/ready", options,
      [&source](const std::shared_ptr<http::Exchange>& exchange) {
        const core::ServiceStatus status = source.status();
        exchange->respond(http::Response::json(health_report(status), status.ready() ? 200 : 503));
      });
}

}  // namespace berth::routes
