#include <set>
#include <vector>

#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/events.h"

namespace berth::routes {
namespace {

core::Result<void> check_type(const std::string& type) {
  constexpr std::string_view kIngested = "data.";
  if (type.starts_with(kIngested) && type.size() > kIngested.size()) return {};
  std::vector<std::string_view> types(core::event_types().begin(), core::event_types().end());
  types.emplace_back("data.*");
  return check_choice(type, types, "type");
}

core::Result<void> check_topic(const std::string& topic) {
  std::set<std::string_view> topics{"data"};
  for (const std::string_view type : core::event_types()) topics.insert(core::topic_of(type));
  return check_choice(topic, std::vector(topics.begin(), topics.end()), "topic");
}

}  // namespace

void add_events(http::Router& router, core::Queries& queries) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/events", options,
             [&queries](const std::shared_ptr<http::Exchange>& exchange) {
               auto filter = read_list_query(
                   exchange->request().query,
                   {"type", "topic", "session_id", "job_id", "client_id", "limit", "cursor"});
               if (!filter) return exchange->fail(filter.error());
               auto known = check_type(filter->type);
               if (known) known = check_topic(filter->topic);
               if (!known) return exchange->fail(known.error());
               queries.events(std::move(*filter), [exchange](const auto& page) {
                 answer_page<core::EventRecord>(
                     *exchange, page, [](core::JsonWriter& json, const core::EventRecord& event) {
                       json.raw(core::to_json(event));
                     });
               });
             });
}

}  // namespace berth::routes
