#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/event_filter.h"

namespace berth::routes {

namespace {

std::string statistics_report(const core::ServiceStatus& status) {
  const core::EventStatistics& events = status.events;
  core::JsonWriter json;
  json.begin_object()
      .member("subscribers", events.subscribers)
      .member("subscribed", events.subscribed)
      .member("published", events.published)
      .member("delivered", events.delivered)
      .member("replayed", events.replayed)
      .member("bytes", events.bytes)
      .member("published_per_second", events.published_per_second)
      .member("delivered_per_second", events.delivered_per_second)
      .key("sources")
      .begin_array();
  for (const core::EventSourceStatus& source : status.event_sources) {
    json.begin_object()
        .member("name", source.name)
        .member("url", source.url)
        .member("connected", source.connected)
        .member("events", source.events)
        .member("connections", source.connections)
        .member("last_error", source.last_error)
        .end_object();
  }
  json.end_array().end_object();
  return json.str();
}

}  // namespace

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
               exchange->respond(http::Response::json(statistics_report(status.status())));
             });
}

}  // namespace berth::routes
