#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "service/core/error.h"
#include "service/core/redactor.h"
#include "service/core/time.h"
#include "service/daemon/database_seal.h"
#include "service/loop/loop.h"
#include "service/mcp/prompt_set.h"
#include "service/mcp/resource_sources.h"
#include "service/mcp/task_sources.h"
#include "service/mcp/tool_set.h"
#include "service/platform/paths.h"
#include "service/runtime/config.h"

namespace berth::daemon {

/// The whole service: owns every part, starts them in order and stops them in reverse. Used by main
/// (and by tests) from one thread; the parts live on the core loop's thread.
class Service {
 public:
  /// Where tools, prompts, resources and tasks are added to Berth's own.
  struct Offers {
    loop::Loop& loop;
    mcp::ToolSet& tools;
    mcp::PromptSet& prompts;
    mcp::ResourceSources& resources;
    mcp::TaskSources& tasks;
  };
  using AddOffers = std::function<core::Result<void>(Offers offers)>;

  struct Settings {
    runtime::Config config;
    platform::InstancePaths paths;
    std::shared_ptr<const core::Redactor> redactor;  ///< of [redaction]
    bool system = false;
    std::string started_by;  ///< the program that started it for want of a service; else empty
    /// Asks whoever runs the service to stop it (it has been idle for service.idle_exit). Called on
    /// the core loop.
    std::function<void()> request_stop;
    AddOffers add_offers;  ///< called before anyone is served; empty in berthd itself
  };

  explicit Service(Settings settings);
  ~Service();  ///< stops if it still runs
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Returns once requests are served. What an earlier run left behind is still being taken over
  /// then (`/health/ready`). After an error everything is stopped again. `conflict`: another
  /// instance works on the same folder.
  core::Result<void> start();

  /// Stops in the order of the architecture: no new connections, no new work, waits are interrupted
  /// (commands are not), the stop is stored, hosts are let go, the database is closed. Ends the
  /// process by force if it takes longer than service.stop_deadline.
  void stop();

  /// `127.0.0.1:41234`
  std::string address() const;

 private:
  struct Parts;

  core::Result<void> build();
  /// These two run on the core loop and answer through the promise.
  void serve(std::promise<core::Result<void>>& served);
  void wind_down();
  core::Result<void> listen();
  void check_idle();

  Settings settings_;
  core::SystemClock clock_;
  DatabaseSeal seal_;  // the store in parts_ may drop it
  std::unique_ptr<Parts> parts_;
  std::thread loop_thread_;
};

}  // namespace berth::daemon
