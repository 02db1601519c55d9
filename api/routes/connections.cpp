#include <array>

#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/choice.h"

namespace berth::routes {
namespace {

constexpr std::array<std::string_view, 2> kStates{"open", "closed"};

void write_connection(core::JsonWriter& json, const core::ConnectionRecord& connection) {
  json.begin_object()
      .member("connection_id", connection.id)
      .member("kind", connection.kind)
      .member("state", connection.closed_at ? "closed" : "open")
      .member("client_id", connection.client_id)
      .member("principal", connection.principal)
      .member("scope", connection.scope)
      .member("peer", connection.peer)
      .member("client_name", connection.client_name)
      .member("client_version", connection.client_version)
      .member("protocol_version", connection.protocol_version)
      .member("opened_at", connection.opened_at)
      .member("closed_at", connection.closed_at);
  if (!connection.close_reason.empty()) json.member("close_reason", connection.close_reason);
  json.end_object();
}

}  // namespace

void add_connections(http::Router& router, core::Queries& queries) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/connections", options,
             [&queries](const std::shared_ptr<http::Exchange>& exchange) {
               auto filter = read_list_query(exchange->request().query,
                                             {"state", "client_id", "limit", "cursor"});
               if (!filter) return exchange->fail(filter.error());
               if (auto known = core::check_choice(filter->state, kStates, "state"); !known) {
                 return exchange->fail(known.error());
               }
               queries.connections(std::move(*filter), [exchange](const auto& page) {
                 answer_page<core::ConnectionRecord>(*exchange, page, write_connection);
               });
             });
}

}  // namespace berth::routes
