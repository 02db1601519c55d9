#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/execution.h"
#include "service/core/store.h"
#include "service/execution/lane_table.h"
#include "service/execution/login_environment.h"
#include "service/execution/services.h"
#include "service/execution/terminal_defaults.h"
#include "service/execution/terminal_requests.h"
#include "service/execution/warm_pool.h"
#include "service/jobs/job_table.h"
#include "service/terminals/terminal.h"

namespace berth::execution {

/// How many terminals there may be, and how they are started.
struct LaneSettings {
  QueueSettings queue;
  TerminalDefaults terminals;
  PoolSettings pool;
  LoginSettings login;
  std::int64_t max_job_bytes = std::int64_t{2} << 30;  ///< kept of each stream of a job
};

/// Opens and closes lanes, and takes each command through its life on one: stored, dispatched,
/// finished, stored, told. Core loop.
class LaneRunner final : public terminals::TerminalOwner {
 public:
  struct Spec {
    std::optional<core::SessionRecord> session;  ///< none: a lane for one command
    std::string client_id;
    std::string shell;
    std::string cwd;  ///< empty = TerminalDefaults::home
    core::EnvironmentList env;
    bool tty = false;
    int rows = 24;
    int cols = 80;
  };

  /// The lane is ready, or why it could not be opened. The lane lives until it is closed.
  using OnOpen = std::function<void(core::Result<Lane*>)>;

  LaneRunner(Services services, LaneSettings settings);
  ~LaneRunner() override;

  /// Terminals may be started from now on.
  void start();

  /// True: its terminal is being started. False: the request waits in the queue; `moved` is told
  /// its places.
  core::Result<bool> open(core::RequestRecord request, Spec spec, TerminalRequests::Moved moved,
                          OnOpen on_open);
  /// Takes a waiting request out of the queue; its OnOpen is never called. False if it does not
  /// wait.
  bool abandon(const core::RequestId& id);

  /// Runs the job on the lane after those before it.
  void submit(Lane& lane, const jobs::JobPointer& job);

  /// Ends a job: one that waits is cancelled, one that runs is signalled. `cancelled` says how its
  /// end is reported.
  void stop_job(const jobs::JobPointer& job, core::StopMode how, bool cancelled);

  /// Ends a job that never reached its host.
  void finish_unrun(const jobs::JobPointer& job, core::JobState state, std::string message,
                    core::ChangeLog::Done done = nullptr);

  /// Ends a job that could not be run at all. The same call may try again: its keys are free.
  void refuse(const jobs::JobPointer& job, const core::Error& error);

  /// invalid_argument if the input is for a tty and the lane has none.
  static core::Result<void> check_input(const Lane& lane, const core::InputRequest& input);
  /// Changes the size of its tty.
  void resize(Lane& lane, std::int64_t rows, std::int64_t cols);

  /// Takes no more commands; ends what runs as `mode` says and then the terminal. `closed` once
  /// that is stored. Of one that is being closed already only a harder mode changes anything.
  void close(Lane& lane, core::StopMode mode, std::string reason, core::ChangeLog::Done closed);

  /// Takes a lane over from an earlier run of the service: its host may or may not still be there.
  void adopt(Lane& lane, std::function<void()> settled);

  /// A session has passed to another client, and its slot with it.
  void change_owner(Lane& lane, const std::string& client_id);

  LaneTable& lanes() { return lanes_; }
  const LaneTable& lanes() const { return lanes_; }
  jobs::JobTable& jobs() { return jobs_; }
  const jobs::JobTable& jobs() const { return jobs_; }
  TerminalRequests& requests() { return requests_; }
  const TerminalRequests& requests() const { return requests_; }
  const WarmPool& pool() const { return pool_; }

  /// Starts no terminal any more and ends those that wait to be used.
  void stop();
  /// Leaves the hosts running and lets go of them; nothing is told any more.
  void detach_all();

  void on_terminal_ready(terminals::Terminal& terminal, const core::JobId& running) override;
  void on_command_accepted(terminals::Terminal& terminal,
                           const terminals::AcceptedCommand& command) override;
  void on_command_started(terminals::Terminal& terminal, const core::JobId& id) override;
  void on_command_finished(terminals::Terminal& terminal,
                           const terminals::CommandResult& result) override;
  void on_command_rejected(terminals::Terminal& terminal, const core::JobId& id,
                           const core::Error& error) override;
  void on_command_progress(terminals::Terminal& terminal,
                           const terminals::CommandProgress& progress) override;
  void on_terminal_gone(terminals::Terminal& terminal, const core::Error& reason) override;

 private:
  struct Waiting {
    Spec spec;
    OnOpen on_open;
  };
  struct Starting {
    OnOpen on_open;
    std::unique_ptr<loop::Timer> deadline;
  };

  void launch(const Spec& spec, const OnOpen& on_open);
  void open_fresh(Spec spec, OnOpen on_open);
  void start_terminal(const core::HostId& id, const Spec& spec,
                      const std::vector<std::string>& environment);
  void open_warm(Spec spec, WarmTerminal warm, const OnOpen& on_open);
  void opening_ended(const core::HostId& id, core::Result<Lane*> result);
  void advance(Lane& lane);
  void dispatch(Lane& lane, const jobs::JobPointer& job);
  void run_in_terminal(const core::HostId& host, const jobs::JobPointer& job, std::string context);
  void renew_output(Lane& lane);
  void keep_output(Lane& lane, terminals::CommandResult result);
  void tell_progress(jobs::Job& job);
  void finish_command(Lane& lane, const terminals::CommandResult& result);
  void end_stored(const core::HostId& host, std::int64_t seq);
  void end_refused(const core::HostId& host, const jobs::JobPointer& job, std::int64_t seq);
  void store_again(const core::HostId& host);
  void reject(Lane& lane, const jobs::JobPointer& job, const core::Error& error);
  void settle_dead_host(const core::HostId& id, core::Error reason);
  void harden_close(Lane& lane, core::StopMode mode);
  void drop(Lane& lane, const core::Error& reason);
  void end_orphans(const core::HostId& id);
  void tell_settled(const core::HostId& id);

  Services services_;
  LaneSettings settings_;
  TerminalRequests requests_;
  jobs::JobTable jobs_;
  LaneTable lanes_;
  LoginEnvironment environment_;
  WarmPool pool_;
  std::unordered_map<core::RequestId, Waiting> waiting_;  // for a slot
  std::unordered_map<core::HostId, Starting> starting_;   // for the shell
  std::unordered_map<core::HostId, std::function<void()>> settling_;
  bool log_takes_changes_ = true;  // the last one was stored
  bool stopped_ = false;
};

}  // namespace berth::execution
