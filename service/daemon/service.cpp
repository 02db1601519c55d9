#include "service/daemon/service.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "api/control/commands.h"
#include "api/routes/routes.h"
#include "service/auth/signer.h"
#include "service/daemon/endpoint_file.h"
#include "service/daemon/instance_locks.h"
#include "service/daemon/parts.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "service/prompts/prompts.h"
#include "service/runtime/log.h"
#include "service/tools/terminal_tools.h"

namespace berth::daemon {
namespace {

/// Requests under way at a stop have this long to be answered.
constexpr std::chrono::milliseconds kDrainGrace{2'000};
constexpr std::chrono::seconds kIdleCheckEvery{1};

core::EventRecord service_event(std::string type) {
  core::EventRecord event;
  event.type = std::move(type);
  event.severity = core::Severity::notice;
  return event;
}

std::vector<events::FollowedSource> followed_sources(const runtime::Config& config,
                                                     const std::string& instance_id) {
  std::vector<events::FollowedSource> sources;
  for (const auto& [name, url, token_file] : config.events.sources) {
    sources.push_back({instance_id, name, url, token_file, {}});
  }
  return sources;
}

std::string database_in(const platform::InstancePaths& paths) {
  return paths.data_dir + "/berth.db";
}

}  // namespace

Service::Service(Settings settings)
    : settings_(std::move(settings)), seal_(database_in(settings_.paths)) {}

Service::~Service() {
  stop();
}

std::string Service::address() const {
  return parts_ ? parts_->address : "";
}

core::Result<void> Service::build() {
  auto locks = lock_folders(settings_.paths, settings_.system, settings_.started_by);
  if (!locks) return core::fail(std::move(locks.error()));
  auto loop = std::make_unique<loop::Loop>();
  storage::StoreOptions options;
  options.writer.max_queued_sets =
      static_cast<std::size_t>(settings_.config.storage.max_pending_changes);
  const std::string database = database_in(settings_.paths);
  // A system instance's folder is open to its group; what agents did is not.
  if (auto made = platform::ensure_private_file(database); !made) return made;
  if (seal_.holds()) {
    options.soundness = storage::Soundness::known;
  } else {
    runtime::log_info("service", "the database is read whole to find damage");
  }
  options.redactor = settings_.redactor;
  options.on_damage = [this] {
    if (!seal_.drop()) return;
    runtime::log_error("service", "the database may be damaged: the next start reads it whole");
  };
  auto mailboxes = std::make_unique<events::CommittedMailboxes>(events::HubGroup::useful_size());
  options.on_committed =
      [to = mailboxes.get()](const std::shared_ptr<core::CommittedEvents>& batch) {
        to->put(batch);
      };
  auto store = storage::Store::open(
      database,
      [core_loop = loop.get()](std::function<void()> task) { core_loop->post(std::move(task)); },
      clock_, std::move(options));
  if (!store) return core::fail(std::move(store.error()));
  if (auto opened = seal_.open(); !opened) return opened;
  auto sign = auth::load_signer(settings_.paths.data_dir + "/signing.key");
  if (!sign) return core::fail(std::move(sign.error()));
  parts_ = std::make_unique<Parts>(settings_, clock_, std::move(*locks), std::move(loop),
                                   std::move(mailboxes), std::move(*store), std::move(*sign));
  if (auto prepared = parts_->spool.prepare(); !prepared) return prepared;
  const auto most = static_cast<std::size_t>(settings_.config.jobs.max_output_bytes);
  if (auto added = tools::add_terminal_tools(parts_->tools, parts_->coordinator, most); !added) {
    return added;
  }
  if (auto added = prompts::add_prompts(parts_->prompts, parts_->coordinator, parts_->resources);
      !added) {
    return added;
  }
  parts_->offered_resources.add("berth", parts_->resources);
  parts_->offered_tasks.add("job", parts_->job_tasks);
  if (settings_.add_offers) {
    const Offers offers{*parts_->loop, parts_->tools, parts_->prompts, parts_->offered_resources,
                        parts_->offered_tasks};
    if (auto added = settings_.add_offers(offers); !added) return added;
  }
  http::Router& router = parts_->front.router();
  routes::add_status(router, *parts_);
  routes::add_health(router, *parts_);
  routes::add_connections(router, parts_->store->queries());
  routes::add_sessions(router, parts_->coordinator);
  routes::add_jobs(router, parts_->coordinator);
  routes::add_queue(router, parts_->coordinator);
  routes::add_metrics(router, parts_->coordinator);
  routes::add_events(router, parts_->store->queries(), *parts_, parts_->clock);
  routes::add_event_ingestion(router, parts_->store->change_log(), parts_->workers,
                              static_cast<std::size_t>(settings_.config.events.max_data_bytes));
  parts_->mcp_http.add_routes(router);
  parts_->links.add_routes(router);
  parts_->websockets.add_routes(router);
  parts_->event_streams.add_routes(router);
  parts_->heartbeats.add_routes(router);
  control::CommandSet& commands = parts_->control.commands();
  control::add_service_commands(commands, *parts_, [this] {
    if (settings_.request_stop) settings_.request_stop();
  });
  control::add_list_commands(commands, parts_->store->queries(), parts_->coordinator);
  control::add_event_commands(commands, *parts_, parts_->store->change_log(),
                              [this] { return parts_->address; });
  return {};
}

core::Result<void> Service::start() {
  if (auto built = build(); !built) {
    if (parts_) parts_->store->close();
    parts_.reset();
    return built;
  }
  std::promise<core::Result<void>> served;
  parts_->loop->post([this, &served] { serve(served); });
  loop_thread_ = std::thread([this] { parts_->loop->run(); });
  parts_->event_hubs.start();
  auto result = served.get_future().get();
  if (!result) stop();
  return result;
}

void Service::serve(std::promise<core::Result<void>>& served) {
  auto open = parts_->store->load_open_state();
  if (!open) return served.set_value(core::fail(std::move(open.error())));
  auto tokens = parts_->store->load_tokens();
  if (!tokens) return served.set_value(core::fail(std::move(tokens.error())));
  auto places = parts_->store->load_event_sources();
  if (!places) return served.set_value(core::fail(std::move(places.error())));
  parts_->authority.start(std::move(*tokens), [this, &served, state = std::move(*open),
                                               places =
                                                   std::move(*places)](core::Result<void> ready) {
    if (ready) ready = listen();
    if (ready) {
      core::ChangeSet set;
      set.add(service_event("service.started"));
      parts_->store->change_log().commit(std::move(set), nullptr);
      parts_->history.start();
      parts_->event_sources.start(followed_sources(settings_.config, parts_->instance_id), places);
      parts_->reconciler.start(state, [] {
        runtime::log_info("service", "everything the last run left behind is taken over");
      });
      if (settings_.config.service.idle_exit.count() > 0) {
        parts_->idle_check.start_repeating(kIdleCheckEvery, [this] { check_idle(); });
      }
    }
    served.set_value(std::move(ready));
  });
}

core::Result<void> Service::listen() {
  const auto listen = runtime::parse_listen(settings_.config.service.listen, "service.listen");
  if (!listen) return core::fail(listen.error());
  const auto port = parts_->front.listen_tcp(listen->address, listen->port);
  if (!port) return core::fail(port.error());
  const std::string socket = settings_.paths.runtime_dir + "/berth.sock";
  if (auto local = parts_->front.listen_local(socket, settings_.system ? 0660 : 0600); !local) {
    return local;
  }
  const std::string control_socket = settings_.paths.runtime_dir + "/control.sock";
  if (auto control = parts_->control.listen(control_socket, settings_.system ? 0660 : 0600);
      !control) {
    return control;
  }
  const bool v6 = listen->address.find(':') != std::string::npos;
  parts_->address = v6 ? fmt::format("[{}]:{}", listen->address, *port)
                       : fmt::format("{}:{}", listen->address, *port);
  EndpointFile endpoint;
  endpoint.pid = getpid();
  endpoint.started_at = parts_->started_at;
  endpoint.address = parts_->address;
  endpoint.socket = socket;
  endpoint.control_socket = control_socket;
  endpoint.started_by = settings_.started_by;
  if (auto written = write_endpoint_file(settings_.paths.runtime_dir + "/endpoint.json", endpoint);
      !written) {
    return written;
  }
  runtime::log_notice("service", "serving")
      .with("address", parts_->address)
      .with("socket", socket)
      .with("data_dir", settings_.paths.data_dir);
  return {};
}

void Service::check_idle() {
  const core::ServiceStatus status = parts_->status();
  const core::Instant now = clock_.instant();
  if (status.open_connections > 0 || status.used_slots > 0 || status.live_jobs > 0) {
    parts_->busy_at = now;
  }
  if (now - parts_->busy_at < settings_.config.service.idle_exit) return;
  parts_->idle_check.cancel();
  runtime::log_notice("service", "idle for service.idle_exit: stopping");
  if (settings_.request_stop) settings_.request_stop();
}

void Service::wind_down() {
  parts_->stopping = true;
  parts_->idle_check.cancel();
  parts_->front.stop_accepting();
  parts_->control.stop_accepting();
  parts_->links.stop("the service is stopping");
  parts_->mcp_http.stop();
  parts_->coordinator.runner().jobs().interrupt_waits();
  parts_->coordinator.runner().stop();
  parts_->websockets.stop("the service is stopping");
  parts_->event_streams.stop();
  parts_->event_sources.stop();
  parts_->connections.kill_all("the service is stopping");
  parts_->heartbeats.stop();
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  set.add(service_event("service.stopping"));
  parts_->store->change_log().commit(std::move(set), [this](core::Result<void>) {
    // Behind the batch with that event, which was posted before.
    parts_->event_hubs.end_all();
    parts_->front.drain(kDrainGrace, [this] {
      parts_->coordinator.runner().detach_all();
      parts_->loop->stop();
    });
  });
}

void Service::stop() {
  if (!parts_) return;
  const auto deadline =
      std::chrono::duration_cast<std::chrono::seconds>(settings_.config.service.stop_deadline);
  platform::arm_alarm(static_cast<unsigned>(deadline.count()));
  if (loop_thread_.joinable()) {
    runtime::log_notice("service", "stopping; running commands go on");
    parts_->loop->post([this] { wind_down(); });
    loop_thread_.join();
  }
  parts_->event_hubs.stop();
  parts_->workers.stop();  // while all that their tasks use is still there
  platform::remove_file(settings_.paths.runtime_dir + "/endpoint.json");
  auto closed = parts_->store->close();
  if (closed) closed = seal_.close();
  if (!closed) {
    runtime::log_error("service", "closing the database").with("error", closed.error().message);
  }
  parts_.reset();
  platform::arm_alarm(0);
}

}  // namespace berth::daemon
