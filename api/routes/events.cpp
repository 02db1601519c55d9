#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/event_filter.h"
#include "service/core/status_view.h"

namespace berth::routes {

void add_events(http::Router& router, core::Queries& queries, const core::StatusSource& status) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/events", options,
             [&queries](const std::shared_ptr<http::Exchange>& exchange) {
               auto filter = read_list_query(
                   exchange->request().query,
                   {"type", "topic", "session_id", "job_id", "client_id", "limit", "cursor"});
               if (!filter) return exchange->fail(filter.error());
               auto known = core::check_event_type(filter->type);
               if (known) known = core::check_event_topic(filter->topic);
               if (!known) return exchange->fail(known.error());
               queries.events(std::move(*filter), [exchange](const auto& page) {
                 answer_page<core::EventRecord>(
                     *exchange, page, [](core::JsonWriter& json, const core::EventRecord& event) {
                       json.raw(core::to_json(event));
                     });
               });
             });
  router.add(http::Method::get, "/admin/v1/events/stats", options,
             [&status](const std::shared_ptr<http::Exchange>& exchange) {
               if (auto only = exchange->request().query.only({}); !only) {
                 return exchange->fail(only.error());
               }
               core::JsonWriter json;
               core::write_event_statistics(json, status.status());
               exchange->respond(http::Response::json(json.str()));
             });
}

}  // namespace berth::routes
