#include "api/routes/list_query.h"
#include "api/routes/routes.h"

namespace berth::routes {

void add_events(http::Router& router, core::Queries& queries) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/events", options,
             [&queries](const std::shared_ptr<http::Exchange>& exchange) {
               auto filter = read_list_query(
                   exchange->request().query,
                   {"type", "topic", "session_id", "job_id", "client_id", "limit", "cursor"});
               if (!filter) return exchange->fail(filter.error());
               queries.events(std::move(*filter), [exchange](const auto& page) {
                 answer_page<core::EventRecord>(
                     *exchange, page, [](core::JsonWriter& json, const core::EventRecord& event) {
                       json.raw(core::to_json(event));
                     });
               });
             });
}

}  // namespace berth::routes
