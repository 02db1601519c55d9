#include "api/http/exchange.h"
#include "api/routes/routes.h"
#include "service/core/status_view.h"

namespace berth::routes {

void add_status(http::Router& router, const core::StatusSource& source) {
  http::RouteOptions options;
  options.access = http::Access::open;
  options.while_draining = true;
  router.add(http::Method::get, "/status", options,
             [&source](const std::shared_ptr<http::Exchange>& exchange) {
               core::JsonWriter json;
               core::write_status(json, source.status());
               exchange->respond(http::Response::json(json.str()));
             });
}

}  // namespace berth::routes
