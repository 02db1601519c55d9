#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/job.h"
#include "service/core/session.h"
#include "service/jobs/job_table.h"
#include "service/loop/timer.h"
#include "service/terminals/terminal.h"

namespace berth::execution {

/// A terminal and the commands that run in it one after the other: a session's, or the one terminal
/// of a command without a session.
struct Lane {
  core::HostRecord host;
  std::optional<core::SessionRecord> session;
  std::unique_ptr<terminals::Terminal> terminal;  ///< none until it is started or found again
  jobs::JobPointer current;
  std::deque<jobs::JobPointer> waiting;
  std::string slot_client;  ///< the client in whose name it holds its slot
  bool ready = false;
  /// How its end was asked for, the hardest way so far; it takes no more commands then.
  std::optional<core::StopMode> closing;
  /// Whether the host has files for the next command's output.
  enum class Output { none, renewing, ready } output = Output::none;
  /// Result whose end is being stored while only the files hold its output, which the next command
  /// would overwrite. 0 = none.
  std::int64_t storing_seq = 0;
  /// Ended, but the store refused to take it: tried again before anything else runs here.
  std::vector<jobs::JobPointer> unstored;
  std::unique_ptr<loop::Timer> store_again;
  core::Timestamp idle_told{};   ///< the used_at of which was told that it is long ago
  std::int64_t trimmed_seq = 0;  ///< the host was told that it may forget up to here

  /// State as it is shown; the stored record says `ready` also while a command runs.
  core::SessionState state() const;
};

/// All lanes. Owns them. Core loop.
class LaneTable {
 public:
  Lane& add(core::HostRecord host, std::optional<core::SessionRecord> session);
  Lane* by_host(const core::HostId& id) const;
  Lane* by_session(const core::SessionId& id) const;
  /// The lane in which a job waits or runs.
  Lane* by_job(const core::JobId& id) const;
  void place_job(const core::JobId& id, Lane& lane) { jobs_[id] = &lane; }
  void forget_job(const core::JobId& id) { jobs_.erase(id); }
  /// Hands the lane out; whoever takes it destroys it, later than the callbacks of its terminal.
  std::unique_ptr<Lane> take(const core::HostId& id);

  using OnChange = std::function<void()>;
  /// Calls `changed` whenever changed() is called for this session, until the returned handle is
  /// destroyed, which must be before the table is. The session may have no lane yet.
  [[nodiscard]] std::shared_ptr<void> observe(const core::SessionId& id, OnChange changed);
  /// What is shown of a session is different. Empty = none: nothing to tell.
  void changed(const core::SessionId& id);

  void for_each(const std::function<void(Lane&)>& visit) const;
  std::size_t size() const { return lanes_.size(); }
  std::size_t sessions() const { return sessions_.size(); }

 private:
  std::unordered_map<core::HostId, std::unique_ptr<Lane>> lanes_;
  std::unordered_map<core::SessionId, Lane*> sessions_;
  std::unordered_map<core::JobId, Lane*> jobs_;
  std::unordered_map<core::SessionId, std::list<std::weak_ptr<OnChange>>> observers_;
};

}  // namespace berth::execution
