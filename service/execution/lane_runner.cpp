#include "service/execution/lane_runner.h"

#include <fmt/format.h>

#include <utility>

#include "service/execution/event_records.h"
#include "service/runtime/log.h"

namespace berth::execution {

LaneRunner::LaneRunner(Services services, LaneSettings settings)
    : services_(services),
      settings_(std::move(settings)),
      requests_(services.loop, services.log, services.clock, settings_.queue),
      jobs_(services.loop, services.log),
      environment_(services, settings_.terminals, settings_.login),
      pool_(services, settings_.terminals, environment_, settings_.pool) {}

LaneRunner::~LaneRunner() {
  detach_all();
}

void LaneRunner::start() {
  if (stopped_) return;
  environment_.start();
  pool_.start();
}

void LaneRunner::stop() {
  stopped_ = true;
  environment_.stop();
  pool_.stop();
}

void LaneRunner::detach_all() {
  starting_.clear();
  lanes_.for_each([](Lane& lane) { lane.terminal.reset(); });
}

void LaneRunner::adopt(Lane& lane, std::function<void()> settled) {
  if (lane.session) lane.slot_client = lane.session->client_id;
  if (!lane.session && lane.current) lane.slot_client = lane.current->record.client_id;
  requests_.occupy(lane.slot_client);
  settling_[lane.host.id] = std::move(settled);
  lane.terminal = std::make_unique<terminals::Terminal>(services_.loop, services_.launcher, *this,
                                                        lane.host.id);
  lane.terminal->attach(lane.host.journal_seq);
}

void LaneRunner::change_owner(Lane& lane, const std::string& client_id) {
  lane.session->client_id = client_id;
  requests_.move_slot(std::exchange(lane.slot_client, client_id), client_id);
  lanes_.changed(lane.host.session_id);
}

core::Result<void> LaneRunner::check_input(const Lane& lane, const core::InputRequest& input) {
  if (lane.session ? lane.session->tty : lane.current && lane.current->record.tty) return {};
  if (input.resizes()) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "rows: the command does not run on a tty, which alone has a size", "rows");
  }
  if (input.has_keys) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "keys: the command does not run on a tty, which alone has keys; use text, "
                      "eof, or interrupt",
                      "keys");
  }
  return {};
}

void LaneRunner::resize(Lane& lane, std::int64_t rows, std::int64_t cols) {
  lane.terminal->resize(static_cast<int>(rows), static_cast<int>(cols));
  if (lane.session) {
    lane.session->rows = static_cast<int>(rows);
    lane.session->cols = static_cast<int>(cols);
    core::ChangeSet set;
    set.add(*lane.session);
    services_.log.commit(std::move(set), nullptr);
  }
}

void LaneRunner::tell_settled(const core::HostId& id) {
  const auto entry = settling_.extract(id);
  if (!entry.empty()) entry.mapped()();
}

void LaneRunner::close(Lane& lane, core::StopMode mode, std::string reason,
                       core::ChangeLog::Done closed) {
  if (lane.closing) {
    harden_close(lane, mode);
    if (closed) closed({});
    return;
  }
  lane.closing = mode;
  while (!lane.waiting.empty()) {
    const jobs::JobPointer job = lane.waiting.front();
    lane.waiting.pop_front();
    finish_unrun(job, core::JobState::cancelled, "its session ended before it ran");
  }
  if (lane.current && mode != core::StopMode::after_command) lane.current->cancelled = true;
  if (lane.session) {
    lane.session->state = core::SessionState::ended;
    lane.session->end_reason = reason;
    lane.session->ended_at = services_.clock.now();
    core::ChangeSet set;
    set.add(*lane.session).add(session_event("session.ended", *lane.session, reason));
    services_.log.commit(std::move(set), std::move(closed));
  } else if (closed) {
    closed({});
  }
  lanes_.changed(lane.host.session_id);
  if (lane.terminal) lane.terminal->end(mode);
}

/// Its command was let end, say, and is to be killed now. What is softer than before, or the same
/// again, changes nothing: an interrupt must not begin anew whenever it is asked for.
void LaneRunner::harden_close(Lane& lane, core::StopMode mode) {
  if (mode <= *lane.closing) return;
  lane.closing = mode;
  if (lane.current) lane.current->cancelled = true;
  if (lane.terminal) lane.terminal->end(mode);
}

void LaneRunner::on_terminal_gone(terminals::Terminal& terminal, const core::Error& reason) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr) return;
  // What it did before it went stands in its journal, unless all of that is known.
  if (lane->current || settling_.contains(lane->host.id)) {
    settle_dead_host(lane->host.id, reason);
  } else {
    drop(*lane, reason);
  }
}

void LaneRunner::settle_dead_host(const core::HostId& id, core::Error reason) {
  struct Left {
    core::Result<std::vector<hostproto::JournalEntry>> entries;
    core::JobId kept;
    core::Result<jobs::Spool::Sizes> output;
  };
  Lane& dead = *lanes_.by_host(id);
  dead.ready = false;
  const core::JobId current = dead.current ? dead.current->record.id : core::JobId();
  // Before a command has begun, the files hold the output of the one before it. Of one that an
  // earlier run of the service began only the host could tell; it nearly always had.
  const bool has_begun = dead.current && (dead.current->begun || dead.current->reconciling);
  const core::JobId begun = has_begun ? current : core::JobId();
  services_.workers.run<Left>(
      [this, id, after = dead.host.journal_seq, current, begun]() -> core::Result<Left> {
        Left left{services_.launcher.read_journal(id, after), begun, {}};
        for (const auto& entry :
             left.entries ? *left.entries : std::vector<hostproto::JournalEntry>()) {
          const auto* accepted = std::get_if<hostproto::Accepted>(&entry);
          if (accepted != nullptr && accepted->job_id != current) left.kept = accepted->job_id;
          const auto* finished = std::get_if<hostproto::Finished>(&entry);
          if (finished == nullptr) continue;
          left.kept = finished->stdout_inline ? core::JobId() : finished->job_id;
        }
        if (!left.kept.empty()) left.output = services_.spool.keep(id, left.kept);
        return left;
      },
      [this, id, reason = std::move(reason)](core::Result<Left> left) {
        Lane* lane = lanes_.by_host(id);
        if (lane == nullptr) return;
        if (left && !left->entries) left = core::fail(left->entries.error());
        if (!left) {
          runtime::log_warning("execution", "journal of a dead host can't be read")
              .with("host_id", id)
              .with("error", left.error().message);
          return drop(*lane, reason);
        }
        for (const hostproto::JournalEntry& entry : *left->entries) {
          if (hostproto::seq_of(entry) <= lane->host.journal_seq) continue;  // told meanwhile
          if (const auto* accepted = std::get_if<hostproto::Accepted>(&entry)) {
            on_command_accepted(*lane->terminal, *accepted);
          }
          const auto* finished = std::get_if<hostproto::Finished>(&entry);
          if (finished != nullptr && lane->current &&
              lane->current->record.id == finished->job_id) {
            finish_command(*lane, *finished);
          }
        }
        if (lane->current && lane->current->record.id == left->kept && left->output) {
          lane->current->record.stdout_bytes = left->output->standard_output;
          lane->current->record.stderr_bytes = left->output->standard_error;
        }
        drop(*lane, reason);
      });
}

/// A host that was killed has not ended what ran in its terminal.
void LaneRunner::end_orphans(const core::HostId& id) {
  services_.workers.run<std::size_t>(
      [id]() -> core::Result<std::size_t> { return terminals::HostLauncher::end_orphans(id); },
      [id](const core::Result<std::size_t>& ended) {
        if (!ended || *ended == 0) return;
        runtime::log_notice("execution", "what a dead terminal has left was killed")
            .with("host_id", id)
            .with("processes", *ended);
      });
}

void LaneRunner::drop(Lane& lane, const core::Error& reason) {
  const core::HostId id = lane.host.id;
  const bool asked_for = lane.closing.has_value();
  if (!asked_for) {
    runtime::log_warning("execution", "terminal ended unasked")
        .with("host_id", id)
        .with("reason", reason.message);
  }
  if (lane.current) {
    const jobs::JobPointer job = std::exchange(lane.current, nullptr);
    finish_unrun(job, job->cancelled ? core::JobState::cancelled : core::JobState::lost,
                 fmt::format("its terminal ended: {}", reason.message));
  }
  while (!lane.waiting.empty()) {
    const jobs::JobPointer job = lane.waiting.front();
    lane.waiting.pop_front();
    finish_unrun(job, core::JobState::cancelled, "its session ended before it ran");
  }
  lane.host.ended_at = services_.clock.now();
  core::ChangeSet set;
  set.add(lane.host);
  if (lane.session && !lane.session->ended_at) {
    lane.session->state = core::SessionState::ended;
    lane.session->end_reason = reason.message;
    lane.session->ended_at = lane.host.ended_at;
    core::EventRecord event = session_event("session.ended", *lane.session, reason.message);
    event.severity = core::Severity::error;
    set.add(*lane.session).add(std::move(event));
  }
  services_.log.commit(
      std::move(set), [this, id, session = lane.host.session_id](core::Result<void> stored) {
        lanes_.changed(session);  // from now on the store says what became of it
        if (!stored) return;      // kept: the next start looks at the folder again
        services_.workers.run<void>([this, id] { return services_.launcher.forget(id); },
                                    [](core::Result<void>) {});
      });
  if (!asked_for) end_orphans(id);
  // The lane lives until its terminal's callback, from which we may have come, has returned.
  std::shared_ptr<Lane> owned = lanes_.take(id);
  const std::string slot_client = owned->slot_client;
  services_.loop.defer([owned = std::move(owned)] {});
  requests_.release(slot_client);
  opening_ended(id, core::fail(reason));
  tell_settled(id);
}

}  // namespace berth::execution
