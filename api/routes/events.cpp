#include "api/events/event_query.h"
#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/status_view.h"

namespace berth::routes {

namespace {

/// The filters as the stream has them, and what only a list has.
core::Result<core::EventQuery> read_query(const http::Request& request, core::Timestamp now) {
  auto wanted = api_events::read_event_query(request, now, {"limit", "cursor", "client_id"});
  if (!wanted) return wanted;
  auto page = read_page_query(request.query);
  if (!page) return core::fail(std::move(page.error()));
  auto client = request.query.one("client_id");
  if (!client) return core::fail(std::move(client.error()));
  wanted->limit = page->limit;
  wanted->cursor = std::move(page->cursor);
  wanted->filter.client_id = client->value_or("");
  return wanted;
}

}  // namespace

void add_events(http::Router& router, core::Queries& queries, const core::StatusSource& status,
                const core::Clock& clock) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/events", options,
             [&queries, &clock](const std::shared_ptr<http::Exchange>& exchange) {
               auto wanted = read_query(exchange->request(), clock.now());
               if (!wanted) return exchange->fail(wanted.error());
               queries.events(*std::move(wanted), [exchange](const auto& page) {
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
