#include "api/routes/followed_output.h"
#include "api/routes/job_body.h"
#include "api/routes/list_query.h"
#include "api/routes/routes.h"
#include "service/core/choice.h"
#include "service/core/views.h"

namespace berth::routes {
namespace {

using ExchangePointer = std::shared_ptr<http::Exchange>;

http::Response job_response(const core::JobView& view, int status) {
  core::JsonWriter json;
  core::write_job(json, view, true);
  return http::Response::json(json.str(), status);
}

core::Result<core::JobId> job_id(const http::Exchange& exchange) {
  return core::JobId::parse(exchange.request().parameter("id"), "id");
}

core::Result<core::OutputRequest> read_output_query(const http::Query& query) {
  if (auto only =
          query.only({"stream", "offset", "limit", "tail_lines", "grep", "follow", "wait_ms"});
      !only) {
    return core::fail(std::move(only.error()));
  }
  core::OutputRequest request;
  const auto stream = query.one("stream");
  if (!stream) return core::fail(stream.error());
  if (stream->value_or("stdout") == "stderr") {
    request.stream = core::OutputStream::standard_error;
  } else if (stream->value_or("stdout") != "stdout") {
    return core::fail(core::ErrorCode::invalid_argument, "stream must be stdout or stderr",
                      "stream");
  }
  const auto offset = whole_number(query, "offset");
  if (!offset) return core::fail(offset.error());
  request.offset = *offset;
  const auto tail = whole_number(query, "tail_lines", {1, core::kMaxTailLines});
  if (!tail) return core::fail(tail.error());
  request.tail_lines = *tail;
  const auto limit = whole_number(query, "limit", {1, core::kMaxReadBytes});
  if (!limit) return core::fail(limit.error());
  if (*limit) request.limit = static_cast<std::size_t>(**limit);
  const auto wait = whole_number(query, "wait_ms", {0, core::kMaxWait.count()});
  if (!wait) return core::fail(wait.error());
  request.wait = core::Milliseconds(wait->value_or(0));
  const auto grep = query.one("grep");
  if (!grep) return core::fail(grep.error());
  request.grep = grep->value_or("");
  if (request.tail_lines && (request.offset || !request.grep.empty())) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "tail_lines can't be combined with offset or grep", "tail_lines");
  }
  return request;
}

void answer_output(http::Exchange& exchange, const core::Result<core::OutputView>& view) {
  if (!view) return exchange.fail(view.error());
  exchange.respond(http::Response::of(200, "application/octet-stream", view->bytes)
                       .with("Berth-Offset", std::to_string(view->offset))
                       .with("Berth-Next-Offset", std::to_string(view->next_offset))
                       .with("Berth-Total-Bytes", std::to_string(view->total_bytes))
                       .with("Berth-Eof", view->eof ? "true" : "false"));
}

void list(core::Execution& execution, const ExchangePointer& exchange) {
  auto filter = read_list_query(exchange->request().query,
                                {"state", "session_id", "client_id", "limit", "cursor"});
  if (!filter) return exchange->fail(filter.error());
  if (auto known = core::check_choice(filter->state, core::job_states(), "state"); !known) {
    return exchange->fail(known.error());
  }
  execution.list_jobs(exchange->caller(), std::move(*filter), [exchange](const auto& page) {
    answer_page<core::JobView>(*exchange, page,
                               [](core::JsonWriter& json, const core::JobView& view) {
                                 core::write_job(json, view, false);
                               });
  });
}

void create(core::Execution& execution, const ExchangePointer& exchange) {
  auto request = read_job_body(exchange->request().body);
  if (!request) return exchange->fail(request.error());
  execution.run_command(
      exchange->caller(), std::move(*request), nullptr,
      [exchange](const core::Result<core::JobView>& view) {
        if (!view) return exchange->fail(view.error());
        exchange->respond(
            job_response(*view, 201).with("Location", "/admin/v1/jobs/" + view->job.id.str()));
      });
}

void show(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = job_id(*exchange);
  if (!id) return exchange->fail(id.error());
  if (auto only = exchange->request().query.only({"max_output_bytes", "wait_ms"}); !only) {
    return exchange->fail(only.error());
  }
  const auto limit = whole_number(exchange->request().query, "max_output_bytes");
  if (!limit) return exchange->fail(limit.error());
  const auto wait = whole_number(exchange->request().query, "wait_ms", {0, core::kMaxWait.count()});
  if (!wait) return exchange->fail(wait.error());
  const auto cancel = std::make_shared<core::Cancellation>();
  exchange->on_disconnect([cancel] { cancel->cancel("the client has gone"); });
  execution.get_job(exchange->caller(), *id, core::Milliseconds(wait->value_or(0)),
                    static_cast<std::size_t>(limit->value_or(32'768)), cancel,
                    [exchange](const core::Result<core::JobView>& view) {
                      if (!view) return exchange->fail(view.error());
                      exchange->respond(job_response(*view, 200));
                    });
}

void output(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = job_id(*exchange);
  if (!id) return exchange->fail(id.error());
  auto request = read_output_query(exchange->request().query);
  if (!request) return exchange->fail(request.error());
  request->job_id = *id;
  const auto follow = is_followed(exchange->request());
  if (!follow) return exchange->fail(follow.error());
  if (*follow) return follow_output(execution, exchange, std::move(*request));
  const auto cancel = std::make_shared<core::Cancellation>();
  exchange->on_disconnect([cancel] { cancel->cancel("the client has gone"); });
  execution.read_output(
      exchange->caller(), std::move(*request), cancel,
      [exchange](const core::Result<core::OutputView>& view) { answer_output(*exchange, view); });
}

void input(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = job_id(*exchange);
  if (!id) return exchange->fail(id.error());
  auto request = read_input_body(exchange->request().body);
  if (!request) return exchange->fail(request.error());
  request->job_id = *id;
  const std::size_t bytes = request->bytes.size();
  execution.send_input(
      exchange->caller(), std::move(*request),
      [exchange, id = *id, bytes](const core::Result<void>& taken) {
        if (!taken) return exchange->fail(taken.error());
        core::JsonWriter json;
        json.begin_object().member("job_id", id).member("accepted_bytes", bytes).end_object();
        exchange->respond(http::Response::json(json.str()));
      });
}

void purge(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = job_id(*exchange);
  if (!id) return exchange->fail(id.error());
  execution.purge_job(exchange->caller(), *id, [exchange](const core::Result<void>& purged) {
    if (!purged) return exchange->fail(purged.error());
    exchange->respond(http::Response::no_content());
  });
}

void cancel(core::Execution& execution, const ExchangePointer& exchange) {
  const auto id = job_id(*exchange);
  if (!id) return exchange->fail(id.error());
  const auto mode = stop_mode(exchange->request().query, core::StopMode::interrupt);
  if (!mode) return exchange->fail(mode.error());
  execution.cancel_job(exchange->caller(), *id, *mode,
                       [exchange](const core::Result<std::string>& said) {
                         if (!said) return exchange->fail(said.error());
                         exchange->respond(http::Response::no_content());
                       });
}

}  // namespace

void add_jobs(http::Router& router, core::Execution& execution) {
  http::RouteOptions options;
  options.access = http::Access::admin;
  const auto with = [&execution](auto handler) {
    return [&execution, handler](const ExchangePointer& exchange) { handler(execution, exchange); };
  };
  router.add(http::Method::get, "/admin/v1/jobs", options, with(list));
  router.add(http::Method::get, "/admin/v1/jobs/{id}", options, with(show));
  router.add(http::Method::get, "/admin/v1/jobs/{id}/output", options, with(output));
  http::RouteOptions command = options;
  command.body_bytes = std::size_t{16} << 20U;  // a command's text in JSON
  router.add(http::Method::post, "/admin/v1/jobs", command, with(create));
  router.add(http::Method::post, "/admin/v1/jobs/{id}/input", command, with(input));
  router.add(http::Method::remove, "/admin/v1/jobs/{id}", options, with(cancel));
  router.add(http::Method::post, "/admin/v1/jobs/{id}/purge", options, with(purge));
}

}  // namespace berth::routes
