#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/choice.h"
#include "service/core/views.h"

namespace berth::routes {

void add_connections(http::Router& router, core::Queries& queries) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(
      http::Method::get, "/admin/v1/connections", options,
      [&queries](const std::shared_ptr<http::Exchange>& exchange) {
        auto filter =
            read_list_query(exchange->request().query, {"state", "client_id", "limit", "cursor"});
        if (!filter) return exchange->fail(filter.error());
        if (auto known = core::check_choice(filter->state, core::connection_states(), "state");
            !known) {
          return exchange->fail(known.error());
        }
        queries.connections(std::move(*filter), [exchange](const auto& page) {
          answer_page<core::ConnectionRecord>(*exchange, page, core::write_connection);
        });
      });
}

}  // namespace berth::routes
