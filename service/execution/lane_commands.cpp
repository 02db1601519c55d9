// The life of a command on its lane: waits, is stored and dispatched, runs, is finished and stored.
#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/execution/event_records.h"
#include "service/execution/lane_runner.h"
#include "service/runtime/log.h"

namespace berth::execution {
namespace {

std::vector<std::string> environment_of(const core::JobRecord& record) {
  std::vector<std::string> list;
  const auto object = core::parse_json(record.env_json);
  if (!object || !object->IsObject()) return list;
  for (const auto& member : object->GetObject()) {
    list.push_back(std::string(member.name.GetString()) + "=" + member.value.GetString());
  }
  return list;
}

void apply_result(jobs::Job& job, const terminals::CommandResult& result) {
  core::JobRecord& record = job.record;
  if (result.exit_code) record.exit_code = static_cast<int>(*result.exit_code);
  record.signal = result.signal;
  record.cwd_after = result.cwd;
  record.stdout_bytes = result.stdout_bytes;
  record.stderr_bytes = result.stderr_bytes;
  record.started_at = result.started_at;
  record.finished_at = result.finished_at;
  record.message = result.message;
  if (job.cancelled) {
    record.state = core::JobState::cancelled;
  } else if (result.timed_out) {
    record.state = core::JobState::timed_out;
  } else if (result.exit_code == 0 && result.signal.empty()) {
    record.state = core::JobState::succeeded;
  } else {
    record.state = core::JobState::failed;
  }
  job.whole_stdout = result.stdout_inline;
  job.whole_stderr = result.stderr_inline;
}

}  // namespace

void LaneRunner::submit(Lane& lane, const jobs::JobPointer& job) {
  job->record.shell = lane.host.shell;
  lanes_.place_job(job->record.id, lane);
  lane.waiting.push_back(job);
  advance(lane);
}

void LaneRunner::advance(Lane& lane) {
  if (!lane.ready || lane.current || lane.closing || lane.waiting.empty()) return;
  lane.current = lane.waiting.front();
  lane.waiting.pop_front();
  dispatch(lane, lane.current);
}

void LaneRunner::dispatch(Lane& lane, const jobs::JobPointer& job) {
  job->record.state = core::JobState::running;
  job->record.host_id = lane.host.id;
  job->record.dispatched = true;
  job->record.started_at = services_.clock.now();
  core::ChangeSet set;
  set.durability = job->record.background ? core::Durability::durable : core::Durability::ordinary;
  set.add(job_event("job.started", job->record));

  // The output files are made while the row is committed; the command starts when both are there.
  struct Prepared {
    core::Result<void> stored;
    core::Result<jobs::Spool::Files> files = jobs::Spool::Files{};
    int missing = 2;
  };
  const auto prepared = std::make_shared<Prepared>();
  const auto arrived = [this, prepared, job, host = lane.host.id] {
    if (--prepared->missing > 0) return;
    if (!prepared->stored) prepared->files = core::fail(prepared->stored.error());
    run_in_terminal(host, job, std::move(prepared->files));
  };
  jobs_.store(job, std::move(set), [prepared, arrived](core::Result<void> stored) {
    prepared->stored = std::move(stored);
    arrived();
  });
  services_.workers.run<jobs::Spool::Files>(
      [this, id = job->record.id] { return services_.spool.create(id); },
      [prepared, arrived](core::Result<jobs::Spool::Files> files) {
        prepared->files = std::move(files);
        arrived();
      });
}

void LaneRunner::run_in_terminal(const core::HostId& host, const jobs::JobPointer& job,
                                 core::Result<jobs::Spool::Files> files) {
  Lane* lane = lanes_.by_host(host);
  if (lane == nullptr || lane->current != job) return;  // its terminal went meanwhile
  if (!files) return reject_current(*lane, job, files.error());
  terminals::CommandSpec spec;
  spec.job_id = job->record.id;
  spec.command = job->record.command;
  spec.cwd = job->record.cwd;
  spec.env = environment_of(job->record);
  spec.stdin_mode = job->record.stdin_mode;
  spec.stdin_text = job->record.stdin_text;
  spec.timeout = job->record.timeout;
  job->in_terminal = true;
  lane->terminal->run(spec, std::move(files->standard_output), std::move(files->standard_error));
  if (job->stop_requested) lane->terminal->interrupt(job->record.id, *job->stop_requested);
}

void LaneRunner::on_command_finished(terminals::Terminal& terminal,
                                     const terminals::CommandResult& result) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr) return;
  lane->host.journal_seq = std::max(lane->host.journal_seq, result.seq);
  if (!lane->current || lane->current->record.id != result.job_id) return;  // told before a restart
  const jobs::JobPointer job = std::exchange(lane->current, nullptr);
  job->reconciling = false;
  apply_result(*job, result);
  // That a shell ended with its one command is nobody's loss.
  if (!lane->session && result.shell_restarted) job->record.message.clear();
  if (lane->session) {
    lane->session->cwd = result.cwd;
    lane->session->used_at = services_.clock.now();
  }
  core::ChangeSet set;
  set.durability = job->record.background ? core::Durability::durable : core::Durability::ordinary;
  set.add(lane->host).add(job_event(final_event_type(job->record.state), job->record));
  if (lane->session) {
    set.add(*lane->session);
    if (result.shell_restarted) {
      set.add(session_event("session.restarted", *lane->session, result.message));
    }
  }
  lanes_.forget_job(job->record.id);
  jobs_.finish(
      job, std::move(set),
      [this, host = lane->host.id, seq = lane->host.journal_seq](const core::Result<void>& stored) {
        // Not committed: the host keeps the result in its journal and the next start learns it
        // there.
        constexpr std::int64_t kTrimEvery = 64;
        Lane* done = lanes_.by_host(host);
        if (!stored || done == nullptr || !done->terminal || seq < done->trimmed_seq + kTrimEvery) {
          return;
        }
        done->trimmed_seq = seq;
        done->terminal->trim(seq);
      });
  if (!lane->session && !lane->closing) {
    lane->closing = true;
    terminal.end(core::StopMode::kill);  // also what its command left running in the background
  } else {
    advance(*lane);
  }
}

void LaneRunner::on_command_rejected(terminals::Terminal& terminal, const core::JobId& id,
                                     const core::Error& error) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr || !lane->current || lane->current->record.id != id) return;
  reject_current(*lane, lane->current, error);
}

void LaneRunner::reject_current(Lane& lane, const jobs::JobPointer& job, const core::Error& error) {
  lane.current = nullptr;
  job->failure = error;
  finish_unrun(job, core::JobState::failed, error.message);
  if (!lane.session) return close(lane, core::StopMode::kill, error.message, nullptr);
  advance(lane);
}

void LaneRunner::on_command_progress(terminals::Terminal&, const core::JobId& id,
                                     std::int64_t stdout_bytes, std::int64_t stderr_bytes) {
  const jobs::JobPointer job = jobs_.find(id);
  if (!job || job->ending) return;
  job->record.stdout_bytes = stdout_bytes;
  job->record.stderr_bytes = stderr_bytes;
}

void LaneRunner::finish_unrun(const jobs::JobPointer& job, core::JobState state,
                              std::string message, core::ChangeLog::Done done) {
  job->record.state = state;
  job->record.message = std::move(message);
  job->record.finished_at = services_.clock.now();
  job->reconciling = false;
  lanes_.forget_job(job->record.id);
  core::ChangeSet set;
  set.add(job_event(final_event_type(state), job->record));
  jobs_.finish(job, std::move(set), std::move(done));
}

void LaneRunner::stop_job(const jobs::JobPointer& job, core::StopMode how, bool cancelled) {
  if (job->ending) return;
  job->cancelled = job->cancelled || cancelled;
  Lane* lane = lanes_.by_job(job->record.id);
  if (lane == nullptr) {
    abandon(job->record.request_id);
    return finish_unrun(job, core::JobState::cancelled, "cancelled before it ran");
  }
  if (lane->current != job) {
    std::erase(lane->waiting, job);
    finish_unrun(job, core::JobState::cancelled, "cancelled before it ran");
    if (!lane->session) close(*lane, core::StopMode::kill, "its command was cancelled", nullptr);
    return;
  }
  if (job->in_terminal && lane->terminal) {
    lane->terminal->interrupt(job->record.id, how);
  } else {
    job->stop_requested = how;
  }
}

}  // namespace berth::execution
