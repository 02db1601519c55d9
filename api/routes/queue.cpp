#include <algorithm>
#include <optional>

#include "api/routes/body.h"
#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/choice.h"
#include "service/core/views.h"

namespace berth::routes {
namespace {

using ExchangePointer = std::shared_ptr<http::Exchange>;

core::Result<core::RequestId> request_id(const http::Exchange& exchange) {
  return core::RequestId::parse(exchange.request().parameter("request_id"), "request_id");
}

void answer_request(http::Exchange& exchange, const core::Result<core::RequestView>& view) {
  if (!view) return exchange.fail(view.error());
  core::JsonWriter json;
  core::write_request(json, *view);
  exchange.respond(http::Response::json(json.str(), 200));
}

/// Those that wait, in serving order; the cursor is how many come before.
void list(core::Execution& execution, const ExchangePointer& exchange) {
  const http::Query& query = exchange->request().query;
  if (auto only = query.only({"limit", "cursor"}); !only) return exchange->fail(only.error());
  constexpr std::int64_t kMaxItems = 1'000;
  const auto limit = whole_number(query, "limit", {1, kMaxItems});
  if (!limit) return exchange->fail(limit.error());
  const auto skip = whole_number(query, "cursor");
  if (!skip) return exchange->fail(skip.error());
  const auto count = static_cast<std::size_t>(limit->value_or(50));
  const auto from = static_cast<std::size_t>(skip->value_or(0));
  execution.list_queue(exchange->caller(), from, count + 1,
                       [exchange, from, count](core::Result<std::vector<core::RequestView>> views) {
                         core::Result<core::Page<core::RequestView>> page;
                         if (!views) {
                           page = core::fail(views.error());
                         } else {
                           if (views->size() > count) {
                             views->resize(count);
                             page->next_cursor = std::to_string(from + count);
                           }
                           page->items = std::move(*views);
                         }
                         answer_page<core::RequestView>(*exchange, page, core::write_request);
                       });
}

void history(core::Execution& execution, const ExchangePointer& exchange) {
  auto filter =
      read_list_query(exchange->request().query, {"state", "client_id", "limit", "cursor"});
  if (!filter) return exchange->fail(filter.error());
  if (auto known = core::check_choice(filter->state, core::request_states(), "state"); !known) {
    return exchange->fail(known.error());
  }
  execution.list_requests(exchange->caller(), std::move(*filter),
                          [exchange](const core::Result<core::Page<core::RequestRecord>>& page) {
                            answer_page<core::RequestRecord>(
                                *exchange, page,
                                [](core::JsonWriter& json, const core::RequestRecord& record) {
                                  core::RequestView view;
                                  view.request = record;
                                  core::write_request(json, view);
                                });
                          });
}

void show(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = request_id(*exchange);
  if (!id) return exchange->fail(id.error());
  execution.query_position(exchange->caller(), *id,
                           [exchange](const auto& view) { answer_request(*exchange, view); });
}

constexpr BodyField<std::optional<bool>> kChangeFields[] = {
    {"sync", [](std::optional<bool>& sync, const rapidjson::Value& value, const std::string& name) {
       return read_flag(value, name, sync.emplace());
     }}};

void change(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = request_id(*exchange);
  if (!id) return exchange->fail(id.error());
  std::optional<bool> sync;
  if (auto read = read_body<std::optional<bool>>(exchange->request().body, kChangeFields, sync);
      !read) {
    return exchange->fail(read.error());
  }
  if (!sync) return exchange->fail(wrong_field("sync", "is required").value());
  execution.change_request_type(exchange->caller(), *id, *sync,
                                [exchange](const auto& view) { answer_request(*exchange, view); });
}

void cancel(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = request_id(*exchange);
  if (!id) return exchange->fail(id.error());
  const auto mode = stop_mode(exchange->request().query, core::StopMode::after_command);
  if (!mode) return exchange->fail(mode.error());
  execution.cancel_request(exchange->caller(), *id, *mode,
                           [exchange](const core::Result<std::string>& said) {
                             if (!said) return exchange->fail(said.error());
                             exchange->respond(http::Response::no_content());
                           });
}

}  // namespace

void add_queue(http::Router& router, core::Execution& execution) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  const auto with = [&execution](auto handler) {
    return [&execution, handler](const ExchangePointer& exchange) { handler(execution, exchange); };
  };
  router.add(http::Method::get, "/admin/v1/queue", options, with(list));
  router.add(http::Method::get, "/admin/v1/queue/history", options, with(history));
  router.add(http::Method::get, "/admin/v1/queue/{request_id}", options, with(show));
  router.add(http::Method::patch, "/admin/v1/queue/{request_id}", options, with(change));
  router.add(http::Method::remove, "/admin/v1/queue/{request_id}", options, with(cancel));
}

void add_metrics(http::Router& router, const core::Execution& execution) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  router.add(http::Method::get, "/admin/v1/metrics", options,
             [&execution](const ExchangePointer& exchange) {
               core::JsonWriter json;
               core::write_metrics(json, execution.queue_statistics());
               exchange->respond(http::Response::json(json.str(), 200));
             });
}

}  // namespace berth::routes
