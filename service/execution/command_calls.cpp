// run_command and run_background: from the call to a job on a lane, and back to its answer.
#include <fmt/format.h>

#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/execution/coordinator.h"
#include "service/execution/event_records.h"
#include "service/execution/progress_teller.h"

namespace berth::execution {
namespace {

constexpr std::size_t kMaxKnownClients = 10'000;

std::string environment_json(const core::EnvironmentList& environment) {
  core::JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : environment) json.member(name, value);
  json.end_object();
  return json.str();
}

}  // namespace

core::Result<void> Coordinator::check(const core::CommandRequest& request) const {
  if (request.command.find_first_not_of(" \t\r\n") == std::string::npos) {
    return core::fail(core::ErrorCode::invalid_argument, "command must not be empty", "command");
  }
  if (request.command.size() > settings_.max_command_bytes) {
    return core::fail(core::ErrorCode::too_large,
                      fmt::format("command has {} bytes, at most {} are taken "
                                  "(jobs.max_command_bytes)",
                                  request.command.size(), settings_.max_command_bytes),
                      "command");
  }
  if (const auto shell = sessions_.shell_of(request.shell); !shell) {
    return core::fail(shell.error());
  }
  return {};
}

void Coordinator::run_command(const core::Caller& caller, core::CommandRequest request,
                              Cancel cancel, Done<core::JobView> done) {
  if (const auto good = check(request); !good) return done(core::fail(good.error()));
  request.max_output_bytes = output_limit(request.max_output_bytes);
  when_settled([this, caller, request = std::move(request), cancel = std::move(cancel),
                done = std::move(done)]() mutable {
    const std::string request_key = request.request_key;
    const core::Milliseconds wait =
        request.background ? core::Milliseconds(0) : request.yield_after;
    const std::size_t limit = request.max_output_bytes;
    const auto earlier = [this, caller, wait, limit, cancel, progress = request.progress,
                          done](core::Result<core::JobId> id) {
      if (!id) return done(core::fail(id.error()));
      // The call goes on where it was: it may have been sent again after a restart.
      if (const jobs::JobPointer job = runner_.jobs().find(*id)) {
        return follow(job, wait, limit, cancel, progress, done);
      }
      get_job(caller, *id, wait, limit, cancel, done);
    };
    find_by_key(caller, request_key, earlier,
                [this, caller, request = std::move(request), cancel, done]() mutable {
                  start_command(caller, std::move(request), cancel, done);
                });
  });
}

void Coordinator::find_by_key(const core::Caller& caller, const std::string& request_key,
                              std::function<void(core::Result<core::JobId>)> found,
                              std::function<void()> not_found) {
  if (request_key.empty() && caller.link_key.empty()) return not_found();
  const jobs::JobTable& jobs = runner_.jobs();
  if (const auto id = jobs.by_key(caller.client_id, request_key, caller.link_key)) {
    return found(*id);
  }
  // Only a client that the store knew before this run can have made the job earlier.
  const auto known = had_jobs_.find(caller.client_id);
  if (known != had_jobs_.end() && !known->second && jobs.knows_all_keys()) return not_found();
  if (known == had_jobs_.end()) {
    core::ListFilter any;
    any.client_id = caller.client_id;
    any.limit = 1;
    services_.queries.jobs(
        any, [this, caller, request_key, found = std::move(found),
              not_found = std::move(not_found)](core::Result<core::Page<core::JobRecord>> page) {
          if (!page) return found(core::fail(page.error()));
          if (had_jobs_.size() >= kMaxKnownClients) had_jobs_.clear();
          // A call that came between may have stored the client's first job: then memory knows it.
          had_jobs_.emplace(caller.client_id, !page->items.empty());
          find_by_key(caller, request_key, found, not_found);
        });
    return;
  }
  services_.queries.job_by_key(
      caller.client_id, request_key, caller.link_key,
      [this, caller, request_key, found = std::move(found),
       not_found = std::move(not_found)](core::Result<std::optional<core::JobRecord>> record) {
        if (!record) return found(core::fail(record.error()));
        if (*record) return found((*record)->id);
        // The same call may have come twice while the store was asked.
        const auto id = runner_.jobs().by_key(caller.client_id, request_key, caller.link_key);
        if (id) return found(*id);
        not_found();
      });
}

core::JobRecord Coordinator::make_record(const core::Caller& caller,
                                         core::CommandRequest& request) const {
  core::JobRecord record;
  record.id = core::JobId::make();
  record.session_id = request.session_id;
  if (!record.session_id) record.request_id = core::RequestId::make();
  record.client_id = caller.client_id;
  record.principal = caller.identity.principal;
  record.correlation_id = caller.correlation_id;
  record.command = std::move(request.command);
  record.shell = request.shell;
  record.cwd = std::move(request.cwd);
  record.env_json = environment_json(request.env);
  record.stdin_text = std::move(request.stdin_text);
  record.stdin_mode = request.open_stdin ? core::StdinMode::open : core::StdinMode::empty;
  record.tty = request.tty;
  record.sync = request.sync;
  record.background = request.background;
  record.request_key = request.request_key;
  record.link_key = caller.link_key;
  record.timeout = request.timeout;
  record.max_output_bytes = static_cast<std::int64_t>(request.max_output_bytes);
  record.created_at = services_.clock.now();
  return record;
}

void Coordinator::start_command(const core::Caller& caller, core::CommandRequest request,
                                Cancel cancel, Done<core::JobView> done) {
  Lane* lane = nullptr;
  if (request.session_id) {
    const auto session = sessions_.use(caller, request.session_id);
    if (!session) return done(core::fail(session.error()));
    lane = *session;
    if (request.tty && !lane->session->tty) {
      return done(
          core::fail(core::ErrorCode::invalid_argument,
                     "tty: this session was started without one; start_session with tty, or "
                     "run the command without session_id",
                     "tty"));
    }
    if (lane->waiting.size() >= settings_.max_waiting_per_session) {
      core::Error full{core::ErrorCode::limit_exceeded,
                       fmt::format("{} commands wait in this session already "
                                   "(queue.max_per_client)",
                                   lane->waiting.size()),
                       "session_id", core::Milliseconds(1'000)};
      return done(core::fail(std::move(full)));
    }
  }
  if (lane == nullptr) {
    // Refused before there is a job of it: the same call may come again.
    if (auto room = runner_.requests().check(caller.client_id); !room) {
      return done(core::fail(std::move(room.error())));
    }
    auto cwd = start_directory(caller, request.cwd);
    if (!cwd) return done(core::fail(std::move(cwd.error())));
    request.cwd = std::move(*cwd);
    request.shell = *sessions_.shell_of(request.shell);
  }
  const jobs::JobPointer job = runner_.jobs().add(make_record(caller, request));
  const bool starts_now = lane != nullptr && lane->ready && !lane->current;
  if (starts_now && !request.background) {
    place(job, lane);  // its first stored state is `running`
    return follow(job, request.yield_after, request.max_output_bytes, cancel,
                  std::move(request.progress), std::move(done));
  }
  core::ChangeSet set;
  set.durability =
      request.background || !request.sync ? core::Durability::durable : core::Durability::ordinary;
  set.add(job_event("job.queued", job->record));
  const core::Milliseconds wait = request.background ? core::Milliseconds(0) : request.yield_after;
  runner_.jobs().store(
      job, std::move(set),
      [this, job, wait, limit = request.max_output_bytes, cancel, session = request.session_id,
       progress = std::move(request.progress), done](core::Result<void> stored) {
        if (!stored) {
          runner_.refuse(job, stored.error());
          return done(core::fail(stored.error()));
        }
        place(job, session ? runner_.lanes().by_session(session) : nullptr);
        follow(job, wait, limit, cancel, progress, done);
      });
}

void Coordinator::place(const jobs::JobPointer& job, Lane* lane) {
  if (!job->record.session_id) return open_lane_for(job);
  if (lane == nullptr || lane->closing) {
    return runner_.finish_unrun(job, core::JobState::cancelled, "its session ended before it ran");
  }
  runner_.submit(*lane, job);
}

core::RequestRecord Coordinator::request_for(const jobs::Job& job) const {
  core::RequestRecord request;
  request.id = job.record.request_id;
  request.job_id = job.record.id;
  request.client_id = job.record.client_id;
  request.principal = job.record.principal;
  request.request_key = job.record.request_key;
  request.link_key = job.record.link_key;
  request.sync = job.record.sync;
  return request;
}

void Coordinator::open_lane_for(const jobs::JobPointer& job) {
  LaneRunner::Spec spec;
  spec.shell = job->record.shell;
  spec.cwd = job->record.cwd;
  spec.tty = job->record.tty;
  const auto moved = [this, job](const core::RequestView&) { runner_.jobs().changed(*job); };
  const auto opened = [this, job](core::Result<Lane*> lane) {
    if (!lane) {
      if (!job->ending) runner_.refuse(job, lane.error());
      return;
    }
    if (job->ending) {  // cancelled while the shell started
      return runner_.close(**lane, core::StopMode::kill, "its command was cancelled", nullptr);
    }
    runner_.submit(**lane, job);
  };
  const auto at_once = runner_.open(request_for(*job), std::move(spec), moved, opened);
  if (!at_once) runner_.refuse(job, at_once.error());
}

void Coordinator::follow(const jobs::JobPointer& job, core::Milliseconds wait,
                         std::size_t max_output_bytes, Cancel cancel, core::ProgressSink progress,
                         Done<core::JobView> done) {
  // Lives as long as the call waits.
  std::shared_ptr<void> teller;
  if (progress) {
    teller = tell_progress(
        services_.loop, services_.clock, runner_.jobs(), answers_, job,
        [this](const jobs::Job& live) { return view_of(live); }, std::move(progress));
  }
  runner_.jobs().wait(
      job, wait, cancel,
      [this, job, max_output_bytes, teller,
       done = std::move(done)](jobs::JobTable::WaitEnd how) mutable {
        using WaitEnd = jobs::JobTable::WaitEnd;
        teller.reset();
        if (how == WaitEnd::cancelled) {
          if (job->record.request_key.empty() && !job->record.background) {
            runner_.stop_job(job, core::StopMode::interrupt, true);
          }
          return done(core::fail(core::ErrorCode::cancelled, "cancelled by its client"));
        }
        if (how == WaitEnd::stopping) return done(core::fail(stopping_error(job->record.id)));
        if (job->failure) return done(core::fail(*job->failure));
        const auto answer = [this, job, max_output_bytes, done] {
          answers_.answer(
              job, [this](const jobs::Job& live) { return view_of(live); }, max_output_bytes, done);
        };
        if (how == WaitEnd::timed_out) return yielded(job, answer);
        answer();
      });
}

void Coordinator::yielded(const jobs::JobPointer& job, std::function<void()> stored) {
  if (job->record.background || job->ending) return stored();
  job->record.background = true;
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  // Told even if it could not be stored: the command goes on, and its host has it in its journal.
  runner_.jobs().store(job, std::move(set),
                       [stored = std::move(stored)](const core::Result<void>&) { stored(); });
}

}  // namespace berth::execution
