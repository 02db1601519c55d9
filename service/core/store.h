#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "service/core/error.h"
#include "service/core/event_filter.h"
#include "service/core/event_source.h"
#include "service/core/events.h"
#include "service/core/job.h"
#include "service/core/queue.h"
#include "service/core/session.h"

namespace berth::core {

/// How much a committed change must survive.
enum class Durability {
  ordinary,  ///< kill -9 of the service (WAL, synchronous=NORMAL): foreground work, connections
  durable,   ///< loss of power, once it is answered: what was acknowledged for later
};

/// A token's stored form. `hash` is SHA-256 in hex; the token itself is never stored.
struct TokenRecord {
  std::string hash;
  std::string scope;
  Timestamp created_at{};
  std::optional<Timestamp> expires_at;
};

/// Takes something of a stored job away; one that is not there is no error.
struct JobErasure {
  enum class What {
    keys,      ///< request_key and link_key: the same call may make another job
    contents,  ///< command, environment, input and output
    record,    ///< all of it
  };
  JobId id;
  What what = What::record;
};

/// Takes what is told of the past away.
struct HistoryErasure {
  std::vector<ConnectionId> connections;
  std::vector<SessionId> sessions;
  std::vector<RequestId> requests;
  std::int64_t events_up_to = 0;  ///< by id; 0 = none
  std::int64_t events_from = 0;   ///< what excess_history() found: the oldest of them
  bool more = false;              ///< there is more to be taken away

  bool empty() const {
    return connections.empty() && sessions.empty() && requests.empty() && events_up_to == 0;
  }
};

/// One thing to store. Records are written whole (insert or replace by id).
using Change =
    std::variant<ConnectionRecord, SessionRecord, HostRecord, JobRecord, JobErasure, RequestRecord,
                 TokenRecord, EventRecord, EventSourceRecord, HistoryErasure>;

/// Changes that belong together: all are committed or none.
struct ChangeSet {
  std::vector<Change> changes;
  Durability durability = Durability::ordinary;
  /// Nobody waits for it and its loss would be made good: it may be committed a little later, with
  /// others (see WriterOptions::max_delay). Queries see it all the same.
  bool unhurried = false;
  /// If it is there, it has the ids of the events, in order, when `done` is called: also of those
  /// that were stored before (see EventRecord::source_id).
  std::shared_ptr<std::vector<std::int64_t>> event_ids{};

  template <class Record>
  ChangeSet& add(Record record) {
    changes.emplace_back(std::move(record));
    return *this;
  }
};

/// Where facts are committed before anyone is told. Called on the core loop; `done` is called there
/// too, in the order of the calls, also with an error (nothing of the set is stored then). An empty
/// `done` is allowed.
class ChangeLog {
 public:
  using Done = std::function<void(Result<void>)>;
  virtual ~ChangeLog() = default;
  virtual void commit(ChangeSet set, Done done) = 0;
};

/// One page of a list, newest first. `next_cursor` is empty on the last page.
template <class Record>
struct Page {
  std::vector<Record> items;
  std::string next_cursor;
};

/// How much of the jobs that have ended is kept; all three hold.
struct JobRetention {
  Timestamp since{};       ///< that have ended since then
  std::int64_t count = 0;  ///< so many, the newest
  std::int64_t bytes = 0;  ///< output in files, of the newest
};

/// How much is kept of each kind of record that HistoryErasure knows; both hold.
struct HistoryRetention {
  Timestamp since{};       ///< that have ended, or events that were recorded, since then
  std::int64_t count = 0;  ///< so many, the newest
};

struct ListFilter {
  std::string client_id;  ///< empty = all (admin)
  std::string state;      ///< empty = all; sessions, jobs and requests
  SessionId session_id;   ///< sessions and jobs
  std::size_t limit = 50;
  std::string cursor;
};

/// Reading what is stored. Called on the core loop; answers there too. Reads never block the loop:
/// they run on reader threads.
class Queries {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;
  virtual ~Queries() = default;

  virtual void connections(ListFilter filter, Done<Page<ConnectionRecord>> done) = 0;
  virtual void sessions(ListFilter filter, Done<Page<SessionRecord>> done) = 0;
  virtual void jobs(ListFilter filter, Done<Page<JobRecord>> done) = 0;
  virtual void job(JobId id, Done<JobRecord> done) = 0;  ///< not_found if there is none
  /// The job that this client made with this key (its own, or its bridge link's).
  virtual void job_by_key(std::string client_id, std::string request_key, std::string link_key,
                          Done<std::optional<JobRecord>> done) = 0;
  /// Final jobs that exceed what is kept, oldest first, at most `limit`.
  virtual void excess_jobs(JobRetention keep, std::size_t limit, Done<std::vector<JobId>> done) = 0;
  /// What exceeds what is kept, oldest first: at most `limit` of each kind, but all events, which
  /// may be many: they are to be taken away a few ids at a time. Nothing that goes on.
  virtual void excess_history(HistoryRetention keep, std::size_t limit,
                              Done<HistoryErasure> done) = 0;
  virtual void requests(ListFilter filter, Done<Page<RequestRecord>> done) = 0;
  virtual void request(RequestId id, Done<RequestRecord> done) = 0;  ///< not_found if there is none
  /// A page may have less than its limit, or nothing, though there are more pages: what a rare
  /// filter looks through at once is bounded.
  virtual void events(EventQuery query, Done<Page<EventRecord>> done) = 0;
};

/// What a starting service takes over from the last one. Read once, before the loop runs.
struct OpenState {
  std::vector<SessionRecord> sessions;  ///< not ended
  std::vector<HostRecord> hosts;        ///< not ended
  std::vector<JobRecord> jobs;          ///< not final
  std::vector<RequestRecord> requests;  ///< queued
};

}  // namespace berth::core
