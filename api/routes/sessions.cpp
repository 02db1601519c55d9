#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/choice.h"
#include "service/core/views.h"

namespace berth::routes {

void add_sessions(http::Router& router, core::Execution& execution) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/sessions", options,
             [&execution](const std::shared_ptr<http::Exchange>& exchange) {
               auto filter = read_list_query(exchange->request().query,
                                             {"state", "client_id", "limit", "cursor"});
               if (!filter) return exchange->fail(filter.error());
               if (auto known = core::check_choice(filter->state, core::session_states(), "state");
                   !known) {
                 return exchange->fail(known.error());
               }
               execution.list_sessions(
                   exchange->caller(), std::move(*filter), [exchange](const auto& page) {
                     answer_page<core::SessionRecord>(*exchange, page, core::write_session);
                   });
             });
}

}  // namespace berth::routes
