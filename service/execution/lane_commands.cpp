// The life of a command on its lane: waits, is stored and dispatched, runs, is finished and stored.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/json.h"
#include "service/execution/event_records.h"
#include "service/execution/lane_runner.h"
#include "service/jobs/job_context.h"
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
  record.stdout_whole = result.stdout_inline;
  record.stderr_whole = result.stderr_inline;
}

}  // namespace

void LaneRunner::submit(Lane& lane, const jobs::JobPointer& job) {
  job->record.shell = lane.host.shell;
  lanes_.place_job(job->record.id, lane);
  lane.waiting.push_back(job);
  advance(lane);
}

void LaneRunner::advance(Lane& lane) {
  if (!lane.ready || lane.current || lane.storing_seq != 0 || lane.closing || lane.waiting.empty())
    return;
  if (lane.output != Lane::Output::ready) return renew_output(lane);
  lane.current = lane.waiting.front();
  lane.waiting.pop_front();
  lanes_.changed(lane.host.session_id);
  dispatch(lane, lane.current);
}

void LaneRunner::renew_output(Lane& lane) {
  if (lane.output == Lane::Output::renewing) return;
  lane.output = Lane::Output::renewing;
  services_.workers.run<jobs::Spool::Files>(
      [this, host = lane.host.id] { return services_.spool.renew(host); },
      [this, host = lane.host.id](core::Result<jobs::Spool::Files> files) {
        Lane* renewed = lanes_.by_host(host);
        if (renewed == nullptr || !renewed->terminal) return;
        renewed->output = files ? Lane::Output::ready : Lane::Output::none;
        if (files) {
          renewed->terminal->output(std::move(files->standard_output),
                                    std::move(files->standard_error));
          return advance(*renewed);
        }
        if (renewed->waiting.empty()) return;
        const jobs::JobPointer job = renewed->waiting.front();
        renewed->waiting.pop_front();
        reject(*renewed, job, files.error());
      });
}

void LaneRunner::dispatch(Lane& lane, const jobs::JobPointer& job) {
  job->record.state = core::JobState::running;
  job->record.host_id = lane.host.id;
  job->record.dispatched = true;
  job->record.started_at = services_.clock.now();
  if (lane.session) lane.session->used_at = *job->record.started_at;
  core::ChangeSet set;
  set.durability = job->record.background ? core::Durability::durable : core::Durability::ordinary;
  set.add(job_event("job.started", job->record));
  std::string context = jobs::encode_context(job->record);

  // The host writes the context down before it starts the command. That survives what the row
  // survives, so the row need not be waited for; see on_command_accepted. Where there is a row that
  // says otherwise (queued), it would be believed.
  if (!job->has_row && context.size() <= jobs::kMaxContextBytes && log_takes_changes_) {
    set.unhurried = set.durability == core::Durability::ordinary;
    jobs_.store(job, std::move(set), [this](const core::Result<void>& stored) {
      log_takes_changes_ = stored.has_value();
    });
    return run_in_terminal(lane.host.id, job, std::move(context));
  }
  jobs_.store(job, std::move(set), [this, job, host = lane.host.id](core::Result<void> stored) {
    log_takes_changes_ = stored.has_value();
    if (stored) return run_in_terminal(host, job, {});
    Lane* refused = lanes_.by_host(host);
    if (refused == nullptr || refused->current != job) return;
    refused->current = nullptr;
    reject(*refused, job, stored.error());
  });
}

void LaneRunner::run_in_terminal(const core::HostId& host, const jobs::JobPointer& job,
                                 std::string context) {
  Lane* lane = lanes_.by_host(host);
  if (lane == nullptr || lane->current != job) return;  // its terminal went meanwhile
  terminals::CommandSpec spec;
  spec.job_id = job->record.id;
  spec.command = job->record.command;
  if (lane->session) spec.cwd = job->record.cwd;  // a terminal of its own has started there
  spec.env = environment_of(job->record);
  spec.stdin_mode = job->record.stdin_mode;
  spec.stdin_text = job->record.stdin_text;
  spec.timeout = job->record.timeout;
  spec.alone = !lane->session;
  spec.max_output_bytes = settings_.max_job_bytes;
  spec.context = std::move(context);
  job->in_terminal = true;
  lane->terminal->run(spec);
  if (job->stop_requested) lane->terminal->interrupt(job->record.id, *job->stop_requested);
}

void LaneRunner::on_command_accepted(terminals::Terminal& terminal,
                                     const terminals::AcceptedCommand& command) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr || jobs_.find(command.job_id)) return;
  auto record = jobs::decode_context(command.context);
  if (!record || lane->current) {
    runtime::log_error("execution", "a host runs a command that is not known")
        .with("host_id", lane->host.id)
        .with("job_id", command.job_id)
        .with("error", record ? "its terminal runs another one" : record.error().message);
    return;
  }
  const jobs::JobPointer job = jobs_.add(std::move(*record));
  job->reconciling = true;
  job->in_terminal = true;
  lane->current = job;
  lanes_.place_job(job->record.id, *lane);
  core::ChangeSet set;
  set.add(job_event("job.started", job->record));
  jobs_.store(job, std::move(set), nullptr);
}

void LaneRunner::on_command_started(terminals::Terminal&, const core::JobId& id) {
  if (const jobs::JobPointer job = jobs_.find(id)) job->begun = true;
}

void LaneRunner::on_command_finished(terminals::Terminal& terminal,
                                     const terminals::CommandResult& result) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr) return;
  if (!lane->current || lane->current->record.id != result.job_id) {  // told before a restart
    lane->host.journal_seq = std::max(lane->host.journal_seq, result.seq);
    return;
  }
  lane->current->in_terminal = true;
  if (result.stdout_inline && result.stderr_inline) return finish_command(*lane, result);
  keep_output(*lane, result);
}

/// Of a large output, or one whose bytes were told to an earlier run of the service.
void LaneRunner::keep_output(Lane& lane, terminals::CommandResult result) {
  lane.output = Lane::Output::none;
  const core::JobId job = result.job_id;
  services_.workers.run<jobs::Spool::Sizes>(
      [this, host = lane.host.id, job] { return services_.spool.keep(host, job); },
      [this, host = lane.host.id,
       result = std::move(result)](const core::Result<jobs::Spool::Sizes>& kept) mutable {
        Lane* ended = lanes_.by_host(host);
        if (ended == nullptr || !ended->current || ended->current->record.id != result.job_id) {
          return;
        }
        if (!kept) {
          result.message += (result.message.empty() ? "" : " ") +
                            fmt::format("Its output could not be kept: {}.", kept.error().message);
        }
        finish_command(*ended, result);
      });
}

void LaneRunner::finish_command(Lane& lane, const terminals::CommandResult& result) {
  lane.host.journal_seq = std::max(lane.host.journal_seq, result.seq);
  const jobs::JobPointer job = std::exchange(lane.current, nullptr);
  job->reconciling = false;
  apply_result(*job, result);
  // That a shell ended with its one command is nobody's loss.
  if (!lane.session && result.shell_restarted) job->record.message.clear();
  if (lane.session) {
    lane.session->cwd = result.cwd;
    lane.session->used_at = services_.clock.now();
  }
  core::ChangeSet set;
  set.durability = job->record.background ? core::Durability::durable : core::Durability::ordinary;
  set.add(lane.host).add(job_event(final_event_type(job->record.state), job->record));
  if (lane.session) {
    set.add(*lane.session);
    if (result.shell_restarted) {
      set.add(session_event("session.restarted", *lane.session, result.message));
    }
  }
  const core::HostId host = lane.host.id;
  lanes_.forget_job(job->record.id);
  // What the host has in its journal survives as much as an ordinary change does.
  // That it was cancelled, only this service knows.
  const bool written_down =
      result.seq > 0 && set.durability == core::Durability::ordinary && !job->cancelled;
  set.unhurried = written_down && result.stdout_bytes + result.stderr_bytes <=
                                      static_cast<std::int64_t>(hostproto::kMaxJournalOutputBytes);
  if (!set.unhurried) lane.storing_seq = lane.host.journal_seq;
  if (!lane.session && !lane.closing) {
    lane.closing = core::StopMode::kill;
    lane.terminal->end(core::StopMode::kill);  // also what its command left in the background
  }
  jobs_.finish(job, std::move(set),
               written_down ? jobs::JobTable::Tell::at_once : jobs::JobTable::Tell::when_stored,
               [this, host, job, seq = lane.host.journal_seq](const core::Result<void>& stored) {
                 log_takes_changes_ = stored.has_value();
                 if (stored) {
                   end_stored(host, seq);
                 } else {
                   end_refused(host, job, seq);
                 }
               });
  Lane* still = lanes_.by_host(host);
  if (still == nullptr) return;
  lanes_.changed(still->host.session_id);
  advance(*still);
}

void LaneRunner::end_stored(const core::HostId& host, std::int64_t seq) {
  constexpr std::int64_t kTrimEvery = 64;
  Lane* lane = lanes_.by_host(host);
  if (lane == nullptr) return;
  if (seq >= lane->storing_seq && lane->unstored.empty()) lane->storing_seq = 0;
  if (lane->terminal && lane->unstored.empty() && seq >= lane->trimmed_seq + kTrimEvery) {
    lane->trimmed_seq = seq;
    lane->terminal->trim(seq);
  }
  advance(*lane);
}

/// A disk is full, say. What only the host has written down must not be overtaken by what comes
/// after it: the lane takes no command until it is stored.
void LaneRunner::end_refused(const core::HostId& host, const jobs::JobPointer& job,
                             std::int64_t seq) {
  constexpr std::chrono::seconds kPause{1};
  Lane* lane = lanes_.by_host(host);
  if (lane == nullptr) return;
  lane->unstored.push_back(job);
  lane->storing_seq = std::max(lane->storing_seq, seq);
  lane->store_again = std::make_unique<loop::Timer>(services_.loop);
  lane->store_again->start(kPause, [this, host] { store_again(host); });
}

void LaneRunner::store_again(const core::HostId& host) {
  Lane* lane = lanes_.by_host(host);
  if (lane == nullptr) return;
  core::ChangeSet set;
  set.add(lane->host);
  for (const jobs::JobPointer& job : lane->unstored) {
    set.add(job->record).add(job_event(final_event_type(job->record.state), job->record));
  }
  services_.log.commit(
      std::move(set), [this, host, count = lane->unstored.size(),
                       seq = lane->host.journal_seq](const core::Result<void>& stored) {
        log_takes_changes_ = stored.has_value();
        Lane* again = lanes_.by_host(host);
        if (again == nullptr) return;
        if (!stored) {
          again->store_again->start(std::chrono::seconds(1), [this, host] { store_again(host); });
          return;
        }
        const auto begin = again->unstored.begin();
        again->unstored.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
        end_stored(host, seq);
      });
}

void LaneRunner::on_command_rejected(terminals::Terminal& terminal, const core::JobId& id,
                                     const core::Error& error) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr || !lane->current || lane->current->record.id != id) return;
  reject(*lane, std::exchange(lane->current, nullptr), error);
}

void LaneRunner::reject(Lane& lane, const jobs::JobPointer& job, const core::Error& error) {
  refuse(job, error);
  if (!lane.session) return close(lane, core::StopMode::kill, error.message, nullptr);
  lanes_.changed(lane.host.session_id);
  advance(lane);
}

void LaneRunner::refuse(const jobs::JobPointer& job, const core::Error& error) {
  if (job->cancelled) {  // its terminal was being ended when it got there
    return finish_unrun(job, core::JobState::cancelled, "cancelled before it ran");
  }
  job->failure = error;
  jobs_.forget_keys(job);
  finish_unrun(job, core::JobState::failed, error.message);
}

void LaneRunner::on_command_progress(terminals::Terminal&,
                                     const terminals::CommandProgress& progress) {
  const jobs::JobPointer job = jobs_.find(progress.job_id);
  if (!job || job->ending) return;
  job->record.stdout_bytes = progress.stdout_bytes;
  job->record.stderr_bytes = progress.stderr_bytes;
  if (!std::exchange(job->awaiting_input, progress.awaiting_input) && job->awaiting_input) {
    core::ChangeSet set;
    set.add(job_event("job.awaiting_input", job->record));
    services_.log.commit(std::move(set), nullptr);
  }
  tell_progress(*job);
  jobs_.changed(*job);
}

/// For those who look at events only; who follows the output hears more. The longer it runs, the
/// less often: a job of days must not fill the event log.
void LaneRunner::tell_progress(jobs::Job& job) {
  constexpr core::Milliseconds kFirstPause{5'000};
  constexpr core::Milliseconds kLongestPause{600'000};
  const core::Timestamp now = services_.clock.now();
  if (job.progress_pause.count() == 0) {
    job.progress_pause = kFirstPause;
    job.progress_due = job.record.started_at.value_or(now) + kFirstPause;
  }
  if (now < job.progress_due) return;
  job.progress_pause = std::min(2 * job.progress_pause, kLongestPause);
  job.progress_due = now + job.progress_pause;
  core::ChangeSet set;
  set.unhurried = true;
  set.add(job_event("job.progress", job.record));
  services_.log.commit(std::move(set), nullptr);
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
  jobs_.finish(job, std::move(set), jobs::JobTable::Tell::when_stored, std::move(done));
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
