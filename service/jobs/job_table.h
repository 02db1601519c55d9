#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/cancellation.h"
#include "service/core/job.h"
#include "service/core/store.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"

namespace berth::jobs {

/// A job that is not final yet, or whose end is just being told. The record is what is (about to
/// be) stored; the rest is known only while it lives.
struct Job {
  core::JobRecord record;
  /// Its host was not heard of yet since the service started: nothing is said of it until then.
  bool reconciling = false;
  bool ending = false;       ///< its end is being stored
  bool in_terminal = false;  ///< handed to its host in this run of the service
  bool has_row = false;      ///< stored, or about to be
  bool begun = false;      ///< its host's files hold its output, no longer that of the last command
  bool cancelled = false;  ///< its end is reported as cancelled
  bool awaiting_input = false;
  /// When the next event job.progress is due, and how long after that the one behind it.
  core::Timestamp progress_due{};
  core::Milliseconds progress_pause{0};
  std::optional<core::StopMode> stop_requested;  ///< asked for before its host had it
  std::optional<core::Error> failure;            ///< why it could not be run at all
};

using JobPointer = std::shared_ptr<Job>;

/// The live jobs, their stored form and those who wait for their end. Core loop.
class JobTable {
 public:
  enum class WaitEnd { finished, timed_out, cancelled, stopping };
  using OnWaitEnd = std::function<void(WaitEnd)>;

  JobTable(loop::Loop& loop, core::ChangeLog& log);
  ~JobTable();

  JobPointer add(core::JobRecord record);
  JobPointer find(const core::JobId& id) const;
  std::size_t size() const { return jobs_.size(); }
  void for_each(const std::function<void(const JobPointer&)>& visit) const;

  /// The job that this client made in this run of the service with either key. Keys may be empty.
  std::optional<core::JobId> by_key(const std::string& client_id, const std::string& request_key,
                                    const std::string& link_key) const;
  /// False once keys had to be forgotten: then only the store knows them all.
  bool knows_all_keys() const { return !keys_forgotten_; }

  /// Its keys name no job any more: it was refused, so the same call may try again.
  void forget_keys(const JobPointer& job);

  using OnChange = std::function<void(const Job&)>;
  /// Calls `changed` whenever changed() is, and last when the job's end is told. Until the returned
  /// handle is destroyed.
  [[nodiscard]] std::shared_ptr<void> observe(const JobPointer& job, OnChange changed);
  /// The job's output has grown, or something else that is shown of it is different.
  void changed(const Job& job);

  /// Stores the job as it is now, with `set`'s other changes.
  void store(const JobPointer& job, core::ChangeSet set, core::ChangeLog::Done done);

  enum class Tell {
    at_once,      ///< the host has written the end down: it is known again after a kill -9
    when_stored,  ///< nobody else knows it
  };

  /// Stores a final state; once that is committed calls `done` and forgets the job. `tell` says
  /// when the waits end.
  void finish(const JobPointer& job, core::ChangeSet set, Tell tell, core::ChangeLog::Done done);

  /// Calls `done` once: when the job's end is committed, at the deadline, or when cancelled.
  void wait(const JobPointer& job, core::Milliseconds limit,
            const std::shared_ptr<core::Cancellation>& cancel, OnWaitEnd done);

  /// Ends every wait with `stopping`, also those that come later: the service goes, the jobs go on.
  void interrupt_waits();
  bool waits_interrupted() const { return stopping_; }

 private:
  struct Waiter;

  void remember_key(const core::JobRecord& record, const std::string& key);
  void tell_end(const JobPointer& job);
  void end_waits(const core::JobId& id);
  void end_wait(const core::JobId& id, Waiter* waiter, WaitEnd how);

  loop::Loop& loop_;
  core::ChangeLog& log_;
  std::unordered_map<core::JobId, JobPointer> jobs_;
  std::unordered_map<core::JobId, std::list<std::unique_ptr<Waiter>>> waiters_;
  std::unordered_map<core::JobId, std::list<std::weak_ptr<OnChange>>> observers_;
  std::unordered_map<std::string, core::JobId> keys_;
  std::deque<std::string> key_order_;  // oldest first, to forget beyond the bound
  bool keys_forgotten_ = false;
  bool stopping_ = false;
};

}  // namespace berth::jobs
