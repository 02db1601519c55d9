#include "service/daemon/parts.h"

#include <unistd.h>

#include "service/core/version.h"
#include "service/daemon/agent_environment.h"
#include "service/platform/limits.h"
#include "service/platform/load.h"
#include "service/platform/process.h"
#include "service/platform/spawn.h"
#include "service/tools/terminal_tools.h"

namespace berth::daemon {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kToolsPerPage = 100;
constexpr std::size_t kInstanceIdDigits = 32;  // hexadecimal

std::size_t to_size(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

queue::LoadSample sample_load() {
  queue::LoadSample sample;
  if (const auto load = platform::current_load()) {
    sample.cpu_load_ratio = load->cpu_load_ratio;
    sample.memory_available_ratio = load->memory_available_ratio;
    sample.psi_cpu_some_avg10 = load->psi_cpu_some_avg10;
    sample.psi_memory_some_avg10 = load->psi_memory_some_avg10;
  }
  return sample;
}

execution::CoordinatorSettings coordinator_settings(const runtime::Config& config) {
  execution::CoordinatorSettings settings;
  settings.lanes.queue.limits.slots = to_size(config.pool.max_sessions);
  settings.lanes.queue.limits.max_length = to_size(config.queue.max_length);
  settings.lanes.queue.limits.max_per_client = to_size(config.queue.max_per_client);
  settings.lanes.queue.limits.max_slots_per_client = to_size(config.queue.max_sessions_per_client);
  settings.lanes.queue.claim_limit = config.queue.keep_place;
  settings.lanes.queue.throttle = config.queue.throttle == "on";
  settings.lanes.queue.sample_load = sample_load;
  execution::LoginSettings& login = settings.lanes.login;
  login.own = agent_environment(platform::current_environment());
  login.timeout = config.sessions.login_timeout;
  if (config.sessions.login_environment == "on") login.shell = login_shell(login.own);
  settings.lanes.terminals.start_timeout = config.hosts.start_timeout;
  settings.lanes.terminals.orphan_limit = config.hosts.orphan_limit;
  settings.lanes.terminals.limits = {config.limits.processes, config.limits.memory_bytes,
                                     config.limits.cpu_time};
  settings.lanes.terminals.home = value_of(login.own, "HOME");
  if (settings.lanes.terminals.home.empty()) settings.lanes.terminals.home = "/";
  settings.lanes.pool.warm = to_size(config.pool.warm);
  settings.lanes.pool.shells = config.pool.shells;
  if (settings.lanes.pool.shells.empty()) {
    settings.lanes.pool.shells.push_back(config.sessions.shell);
  }
  settings.default_shell = config.sessions.shell;
  settings.idle = {config.sessions.idle_warning, config.sessions.idle_limit};
  settings.lanes.max_job_bytes = config.jobs.max_job_bytes;
  settings.retention = {config.jobs.keep_for, config.jobs.keep_count, config.jobs.keep_bytes};
  settings.max_waiting_per_session = to_size(config.queue.max_per_client);
  settings.max_command_bytes = to_size(config.jobs.max_command_bytes);
  settings.max_output_bytes = to_size(config.jobs.max_output_bytes);
  return settings;
}

mcp::ServerInfo server_info() {
  mcp::ServerInfo info;
  info.version = core::version();
  info.instructions = tools::terminal_instructions();
  return info;
}

http::FrontOptions front_options(const runtime::Config& config) {
  http::FrontOptions options;
  options.limits.connections = to_size(config.http.max_connections);
  options.limits.body_bytes = to_size(config.http.max_body_bytes);
  options.limits.head = config.http.head_timeout;
  options.limits.idle = config.http.idle_timeout;
  options.limits.body = config.http.body_timeout;
  options.hosts = config.http.allowed_hosts;
  options.origins = config.http.allowed_origins;
  return options;
}

api_mcp::HandshakeLimits handshake_limits(const runtime::Config& config) {
  return {to_size(config.mcp.max_sessions), config.mcp.session_idle_limit};
}

api_mcp::LinkLimits link_limits(const runtime::Config& config) {
  api_mcp::LinkLimits limits;
  limits.keep = config.mcp.link_idle_limit;
  return limits;
}

api_mcp::WebSocketLimits websocket_limits(const runtime::Config& config) {
  api_mcp::WebSocketLimits limits;
  limits.connections = to_size(config.mcp.max_websockets);
  return limits;
}

events::HubOptions hub_options(const runtime::Config& config) {
  events::HubOptions options;
  options.heartbeat = config.events.heartbeat;
  return options;
}

events::SourceLimits source_limits(const runtime::Config& config) {
  events::SourceLimits limits;
  limits.max_data_bytes = to_size(config.events.max_data_bytes);
  return limits;
}

api_events::StreamLimits stream_limits(const runtime::Config& config) {
  return {to_size(config.events.max_streams), to_size(config.events.max_streams_per_client),
          config.events.stall_limit};
}

}  // namespace

Service::Parts::Parts(const Settings& settings, const core::Clock& time,
                      std::vector<platform::Descriptor> held_locks,
                      std::unique_ptr<loop::Loop> core_loop,
                      std::unique_ptr<events::CommittedMailboxes> event_mailboxes,
                      std::unique_ptr<storage::Store> opened_store, mcp::Sign sign)
    : locks(std::move(held_locks)),
      clock(time),
      instance_id(sign("instance").substr(0, kInstanceIdDigits)),
      loop(std::move(core_loop)),
      mailboxes(std::move(event_mailboxes)),
      store(std::move(opened_store)),
      workers(*loop, kWorkers),
      spool(settings.paths.data_dir),
      launcher(*loop, settings.paths.data_dir, terminals::HostLauncher::default_host_program()),
      authority({settings.paths.data_dir, settings.system, "berth"}, store->change_log(), clock),
      connections(store->change_log(), clock),
      history(*loop, store->change_log(), store->queries(), clock,
              {settings.config.history.keep_for, settings.config.history.keep_count}),
      event_hubs(store->event_history(), *mailboxes, hub_options(settings.config)),
      event_feeds(*loop, event_hubs),
      event_sources(*loop, store->change_log(), source_limits(settings.config)),
      services{*loop,    store->change_log(), store->queries(), clock, workers, spool,
               launcher, *settings.redactor},
      coordinator(services, coordinator_settings(settings.config), connections),
      reconciler(services, coordinator),
      resources(services, coordinator),
      job_tasks(coordinator, clock, settings.config.jobs.keep_for),
      mcp(server_info(), tools, clock, std::move(sign), kToolsPerPage, &offered_resources, &prompts,
          &offered_tasks),
      front(*loop, authority, front_options(settings.config)),
      mcp_http(*loop, mcp, connections, clock, handshake_limits(settings.config)),
      links(*loop, mcp, connections, clock, link_limits(settings.config)),
      websockets(*loop, mcp, connections, event_feeds, authority,
                 websocket_limits(settings.config)),
      event_streams(*loop, event_hubs, connections, clock, instance_id,
                    stream_limits(settings.config)),
      heartbeats(*loop, *this, settings.config.events.heartbeat),
      control(*loop, authority, connections, event_feeds),
      idle_check(*loop),
      busy_at(clock.instant()) {}

core::ServiceStatus Service::Parts::status() const {
  core::ServiceStatus status;
  status.version = core::version();
  status.commit = core::commit();
  status.pid = getpid();
  status.started_at = started_at;
  status.now = clock.now();
  status.settled = coordinator.is_settled();
  status.stopping = stopping;
  const execution::LaneRunner& runner = coordinator.runner();
  status.active_sessions = runner.lanes().sessions();
  status.used_slots = runner.requests().slots().used();
  status.effective_max_sessions = runner.requests().slots().slots();
  status.warm_terminals = runner.pool().size();
  status.queue_depth = runner.requests().slots().waiting();
  status.live_jobs = runner.jobs().size();
  status.open_connections = connections.size();
  status.reconciling_hosts = reconciler.remaining();
  status.limits_scope = platform::limits_scope();
  status.resident_bytes = platform::resident_bytes();
  status.events = event_hubs.recent_statistics();
  status.event_sources = event_sources.status();
  return status;
}

}  // namespace berth::daemon
