#include "service/execution/reconciler.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "service/execution/event_records.h"
#include "service/runtime/log.h"

namespace berth::execution {
namespace {

// Each attach costs descriptors and a burst of journal records: not all at once.
constexpr std::size_t kMaxInFlight = 32;

}  // namespace

void Reconciler::start(core::OpenState state, std::function<void()> done) {
  done_ = std::move(done);
  coordinator_.runner().requests().restore(std::move(state.requests));
  restore_sessions(state);
  restore_jobs(state);
  forget_unknown_hosts();
  if (!hosts_.empty()) {
    runtime::log_info("execution", "looking for the terminals of the last run")
        .with("hosts", hosts_.size());
  }
  next();
}

/// Folders of hosts that had ended, or had never been stored, when the service was killed.
void Reconciler::forget_unknown_hosts() {
  std::vector<core::HostId> unknown = services_.launcher.known_hosts();
  std::erase_if(unknown, [this](const core::HostId& id) {
    return coordinator_.runner().lanes().by_host(id) != nullptr;
  });
  if (unknown.empty()) return;
  services_.workers.run<void>(
      [this, unknown]() -> core::Result<void> {
        for (const core::HostId& id : unknown) {
          terminals::HostLauncher::end_orphans(id);
          static_cast<void>(services_.launcher.forget(id));
        }
        return {};
      },
      [](const core::Result<void>&) {});
}

void Reconciler::restore_sessions(core::OpenState& state) {
  LaneTable& lanes = coordinator_.runner().lanes();
  std::unordered_map<core::SessionId, core::SessionRecord> sessions;
  for (core::SessionRecord& session : state.sessions) {
    sessions.emplace(session.id, std::move(session));
  }
  for (core::HostRecord& host : state.hosts) {
    hosts_.push_back(host.id);
    auto session = sessions.extract(host.session_id);
    lanes.add(std::move(host),
              session.empty() ? std::nullopt : std::optional(std::move(session.mapped())));
  }
  for (auto& [id, session] : sessions) end_session(std::move(session));
}

void Reconciler::end_session(core::SessionRecord session) {
  session.state = core::SessionState::ended;
  session.end_reason = "the service ended before its terminal was started";
  session.ended_at = services_.clock.now();
  core::ChangeSet set;
  set.add(session).add(session_event("session.ended", session, session.end_reason));
  services_.log.commit(std::move(set), nullptr);
}

void Reconciler::restore_jobs(core::OpenState& state) {
  std::ranges::sort(state.jobs, [](const core::JobRecord& a, const core::JobRecord& b) {
    return std::pair(a.created_at, a.id) < std::pair(b.created_at, b.id);
  });
  for (core::JobRecord& record : state.jobs) restore_job(std::move(record));
}

void Reconciler::restore_job(core::JobRecord record) {
  LaneRunner& runner = coordinator_.runner();
  const jobs::JobPointer job = runner.jobs().add(std::move(record));
  job->has_row = true;
  Lane* lane = job->record.dispatched ? runner.lanes().by_host(job->record.host_id)
                                      : runner.lanes().by_session(job->record.session_id);
  if (job->record.dispatched) {
    if (lane == nullptr || lane->current) {
      return runner.finish_unrun(job, core::JobState::lost, "its terminal is gone");
    }
    job->reconciling = true;
    lane->current = job;
    runner.lanes().place_job(job->record.id, *lane);
  } else if (!job->record.session_id) {
    queued_.push_back(job);
  } else if (lane != nullptr) {
    runner.submit(*lane, job);  // runs once its terminal has been heard of
  } else {
    runner.finish_unrun(job, core::JobState::cancelled, "its session ended before it ran");
  }
}

void Reconciler::next() {
  LaneRunner& runner = coordinator_.runner();
  while (in_flight_ < kMaxInFlight && !hosts_.empty()) {
    const core::HostId id = hosts_.front();
    hosts_.pop_front();
    ++in_flight_;
    runner.adopt(*runner.lanes().by_host(id), [this, id] { host_settled(id); });
  }
  if (remaining() > 0 || !done_) return;
  coordinator_.settled();
  for (const jobs::JobPointer& job : std::exchange(queued_, {})) coordinator_.open_lane_for(job);
  std::exchange(done_, nullptr)();
}

void Reconciler::host_settled(const core::HostId& id) {
  --in_flight_;
  LaneRunner& runner = coordinator_.runner();
  Lane* lane = runner.lanes().by_host(id);
  // The terminal of one command that had ended already: its end was being told when we were killed.
  if (lane != nullptr && !lane->session && !lane->current && lane->waiting.empty()) {
    runner.close(*lane, core::StopMode::kill, "its command has ended", nullptr);
  }
  next();
}

}  // namespace berth::execution
