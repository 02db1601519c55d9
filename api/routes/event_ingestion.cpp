// Events that other systems send in, and one to try the way with.
#include <fmt/format.h>

#include <utility>

#include "api/http/exchange.h"
#include "api/routes/routes.h"
#include "service/core/ingested_event.h"
#include "service/core/json.h"
#include "service/core/json_scan.h"

namespace berth::routes {
namespace {

constexpr std::size_t kMaxBatch = 1'000;
constexpr std::size_t kMaxBodyBytes = std::size_t{16} << 20U;
/// What is larger is read by a worker: the core loop would stand still meanwhile.
constexpr std::size_t kMaxReadOnLoopBytes = std::size_t{256} << 10U;

using Ids = std::shared_ptr<std::vector<std::int64_t>>;
using Events = std::vector<core::EventRecord>;

core::Result<Events> read_events(std::string_view body, std::size_t max_data_bytes) {
  Events events;
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || body[first] != '[') {
    auto event = core::read_ingested_event(body, max_data_bytes);
    if (!event) return core::fail(std::move(event.error()));
    events.push_back(*std::move(event));
    return events;
  }
  const auto elements = core::scan_array(body);
  if (!elements) return core::fail(elements.error());
  if (elements->empty() || elements->size() > kMaxBatch) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("a batch has 1 to {} events", kMaxBatch));
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    auto event = core::read_ingested_event((*elements)[i], max_data_bytes);
    if (!event) {
      core::Error error = std::move(event.error());
      error.message = fmt::format("event {} of the batch: {}", i, error.message);
      if (!error.field.empty()) error.field = fmt::format("[{}].{}", i, error.field);
      return core::fail(std::move(error));
    }
    events.push_back(*std::move(event));
  }
  return events;
}

/// Answers with the ids once all are on the disk.
void store(core::ChangeLog& log, core::Result<Events> events,
           const std::shared_ptr<http::Exchange>& exchange) {
  if (!events) return exchange->fail(events.error());
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  set.event_ids = std::make_shared<std::vector<std::int64_t>>();
  for (core::EventRecord& event : *events) {
    event.correlation_id = exchange->caller().correlation_id;
    set.add(std::move(event));
  }
  const Ids ids = set.event_ids;
  log.commit(std::move(set), [exchange, ids](const core::Result<void>& stored) {
    if (!stored) return exchange->fail(stored.error());
    core::JsonWriter json;
    json.begin_object().key("ids").begin_array();
    for (const std::int64_t id : *ids) json.value(id);
    json.end_array().end_object();
    exchange->respond(http::Response::json(json.str(), 202));
  });
}

}  // namespace

void add_event_ingestion(http::Router& router, core::ChangeLog& log, runtime::WorkerPool& workers,
                         std::size_t max_data_bytes) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  options.body_bytes = kMaxBodyBytes;
  const auto ingest = [&log, &workers,
                       max_data_bytes](const std::shared_ptr<http::Exchange>& exchange) {
    if (auto only = exchange->request().query.only({}); !only) return exchange->fail(only.error());
    const std::string& body = exchange->request().body;
    if (body.size() <= kMaxReadOnLoopBytes) {
      return store(log, read_events(body, max_data_bytes), exchange);
    }
    // Without the exchange, which is the loop's.
    const auto taken = std::make_shared<const std::string>(std::move(exchange->request().body));
    workers.run<Events>(
        [taken, max_data_bytes] { return read_events(*taken, max_data_bytes); },
        [&log, exchange](core::Result<Events> events) { store(log, std::move(events), exchange); });
  };
  for (const char* path : {"/admin/v1/events", "/admin/events/hook"}) {
    router.add(http::Method::post, path, options, ingest);
  }
  options.body_bytes = 0;
  router.add(http::Method::post, "/admin/v1/events/test", options,
             [&log](const std::shared_ptr<http::Exchange>& exchange) {
               store(log, Events{core::test_event()}, exchange);
             });
}

}  // namespace berth::routes
