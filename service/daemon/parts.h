#pragma once

#include <memory>
#include <string>

#include "api/control/control_server.h"
#include "api/events/event_streams.h"
#include "api/http/front.h"
#include "api/mcp/http_binding.h"
#include "api/mcp/link_server.h"
#include "api/mcp/websocket_server.h"
#include "api/routes/heartbeats.h"
#include "service/auth/token_authority.h"
#include "service/connections/connection_registry.h"
#include "service/core/status.h"
#include "service/daemon/service.h"
#include "service/events/event_sources.h"
#include "service/events/history_keeper.h"
#include "service/events/hub_group.h"
#include "service/events/loop_feeds.h"
#include "service/execution/coordinator.h"
#include "service/execution/reconciler.h"
#include "service/execution/resources.h"
#include "service/jobs/spool.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/mcp/prompt_set.h"
#include "service/mcp/resource_sources.h"
#include "service/mcp/server.h"
#include "service/mcp/task_sources.h"
#include "service/mcp/tool_set.h"
#include "service/platform/descriptor.h"
#include "service/runtime/worker_pool.h"
#include "service/terminals/host_launcher.h"
#include "service/tools/job_tasks.h"
#include "storage/stores/store.h"

namespace berth::daemon {

/// All parts of one service, each built from those above it; destroyed from the bottom up. Private
/// to this folder. The locks come first and so go last.
struct Service::Parts final : core::StatusSource {
  Parts(const Settings& settings, const core::Clock& time,
        std::vector<platform::Descriptor> held_locks, std::unique_ptr<loop::Loop> core_loop,
        std::unique_ptr<events::CommittedMailboxes> event_mailboxes,
        std::unique_ptr<storage::Store> opened_store, mcp::Sign sign);

  core::ServiceStatus status() const override;

  std::vector<platform::Descriptor> locks;
  const core::Clock& clock;
  const core::Timestamp started_at = clock.now();
  const std::string instance_id;  ///< stays the same over restarts
  std::unique_ptr<loop::Loop> loop;
  std::unique_ptr<events::CommittedMailboxes> mailboxes;  // the store fills them
  std::unique_ptr<storage::Store> store;
  runtime::WorkerPool workers;
  jobs::Spool spool;
  terminals::HostLauncher launcher;
  auth::TokenAuthority authority;
  connections::ConnectionRegistry connections;
  events::HistoryKeeper history;
  events::HubGroup event_hubs;
  events::LoopFeeds event_feeds;
  events::EventSources event_sources;
  execution::Services services;
  execution::Coordinator coordinator;
  execution::Reconciler reconciler;
  execution::ExecutionResources resources;
  mcp::ResourceSources offered_resources;
  tools::JobTasks job_tasks;
  mcp::TaskSources offered_tasks;
  mcp::ToolSet tools;
  mcp::PromptSet prompts;
  mcp::Server mcp;
  http::Front front;
  api_mcp::HttpBinding mcp_http;
  api_mcp::LinkServer links;
  api_mcp::WebSocketServer websockets;
  api_events::EventStreams event_streams;
  routes::Heartbeats heartbeats;
  control::ControlServer control;

  std::string address;  // set once listening
  bool stopping = false;
  loop::Timer idle_check;
  core::Instant busy_at;  // when there last was a connection, session or job
};

}  // namespace berth::daemon
