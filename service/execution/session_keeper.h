#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/connections.h"
#include "service/core/execution.h"
#include "service/execution/lane_runner.h"

namespace berth::execution {

/// Starts, hands over and ends sessions. Core loop.
class SessionKeeper {
 public:
  SessionKeeper(Services services, LaneRunner& runner, const core::Connections& connections,
                std::string default_shell);

  void start(const core::Caller& caller, core::SessionRequest request,
             core::Execution::Cancel cancel, core::Execution::Done<core::SessionView> done);
  void end(const core::Caller& caller, const core::SessionId& id, core::StopMode mode,
           core::Execution::Done<void> done);

  /// The lane of a session that the caller may use; it is the caller's own afterwards. A session
  /// whose owner is away may be claimed by any client of the same principal.
  core::Result<Lane*> use(const core::Caller& caller, const core::SessionId& id);

  /// Withdraws a session that still waits in the queue. False if it does not, or is not the
  /// caller's.
  bool cancel_start(const core::Caller& caller, const core::SessionId& id);
  /// Those that wait in the queue, of one client or (empty) of all.
  std::vector<core::SessionRecord> starting(const std::string& client_id) const;

  /// Checks the shell's name; empty = the default.
  core::Result<std::string> shell_of(const std::string& asked) const;

 private:
  struct Answer;
  struct Start;

  std::shared_ptr<Start> find_start(const core::Caller& caller,
                                    const std::string& request_key) const;
  void remember(const std::shared_ptr<Start>& start);
  void forget(const Start& start);
  Lane* find_lane(const core::Caller& caller, const std::string& request_key);
  void join(const std::shared_ptr<Start>& start, const core::SessionRequest& request,
            const core::Execution::Cancel& cancel, core::Execution::Done<core::SessionView> done);
  void opened(const std::shared_ptr<Start>& start, core::Result<Lane*> lane);
  void moved(const Start& start, const core::RequestView& view);
  void answer_all(const std::shared_ptr<Start>& start, const core::Result<core::SessionView>& view);
  core::SessionView queued_view(const Start& start) const;

  Services services_;
  LaneRunner& runner_;
  const core::Connections& connections_;
  std::string default_shell_;
  std::unordered_map<core::SessionId, std::shared_ptr<Start>> starts_;
  std::unordered_map<std::string, std::shared_ptr<Start>> starts_by_key_;  // see keys_of()
};

/// Where a new terminal starts: `asked`, as seen from the caller's own directory. Empty = the
/// agent's home.
core::Result<std::string> start_directory(const core::Caller& caller, const std::string& asked);

/// True if the caller may see what this client of this principal owns.
bool may_see(const core::Caller& caller, const std::string& client_id, const std::string& principal,
             const core::Connections& connections);

}  // namespace berth::execution
