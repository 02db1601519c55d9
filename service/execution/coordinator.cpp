#include "service/execution/coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "service/core/views.h"
#include "service/execution/event_records.h"

namespace berth::execution {
namespace {

core::Error job_has_ended(const core::JobId& id) {
  return {core::ErrorCode::conflict, fmt::format("job {} has ended", id.str()), "job_id",
          std::nullopt};
}

core::Error no_job(const core::JobId& id) {
  return {core::ErrorCode::not_found, fmt::format("there is no job {}", id.str()), "job_id",
          std::nullopt};
}

}  // namespace

core::Error stopping_error(const core::JobId& id) {
  return {
      core::ErrorCode::unavailable,
      fmt::format("the service is stopping; job {} goes on and get_job finds it again", id.str()),
      {},
      core::Milliseconds(1'000)};
}

Coordinator::Coordinator(Services services, CoordinatorSettings settings,
                         const core::Connections& connections)
    : services_(services),
      settings_(std::move(settings)),
      connections_(connections),
      runner_(services, settings_.lanes),
      sessions_(services, runner_, connections, settings_.default_shell),
      reaper_(services, runner_, settings_.idle),
      answers_(services.workers, services.spool),
      retention_(services.loop, services.log, services.queries, services.workers, services.spool,
                 services.clock, settings_.retention) {}

void Coordinator::when_settled(std::function<void()> call) {
  if (settled_) return call();
  // Bounded by the connections and by what each may have in flight.
  before_settled_.push_back(std::move(call));
}

void Coordinator::settled() {
  settled_ = true;
  runner_.start();
  retention_.start();
  for (const auto& call : std::exchange(before_settled_, {})) call();
}

void Coordinator::start_session(const core::Caller& caller, core::SessionRequest request,
                                Cancel cancel, Done<core::SessionView> done) {
  when_settled([this, caller, request = std::move(request), cancel = std::move(cancel),
                done = std::move(done)]() mutable {
    sessions_.start(caller, std::move(request), std::move(cancel), std::move(done));
  });
}

void Coordinator::end_session(const core::Caller& caller, const core::SessionId& id,
                              core::StopMode mode, Done<void> done) {
  when_settled([this, caller, id, mode, done = std::move(done)]() mutable {
    sessions_.end(caller, id, mode, std::move(done));
  });
}

void Coordinator::interrupt_session(const core::Caller& caller, const core::SessionId& id,
                                    core::StopMode how, Done<void> done) {
  when_settled([this, caller, id, how, done = std::move(done)] {
    const auto lane = sessions_.use(caller, id);
    if (!lane) return done(core::fail(lane.error()));
    if ((*lane)->current) runner_.stop_job((*lane)->current, how, false);
    done({});
  });
}

void Coordinator::interrupt_job(const core::Caller& caller, const core::JobId& id,
                                core::StopMode how, Done<void> done) {
  when_settled([this, caller, id, how, done = std::move(done)] {
    find_job(
        caller, id,
        [this, id, how, done](const jobs::JobPointer& job) {
          if (job->ending) return done(core::fail(job_has_ended(id)));
          runner_.stop_job(job, how, false);
          done({});
        },
        [id, done](const core::Result<core::JobRecord>& stored) {
          if (!stored) return done(core::fail(stored.error()));
          done(core::fail(job_has_ended(id)));
        });
  });
}

void Coordinator::stop_job(const core::Caller& caller, const core::JobId& id, core::StopMode how,
                           Done<void> done) {
  when_settled([this, caller, id, how, done = std::move(done)] {
    find_job(
        caller, id,
        [this, id, how, done](const jobs::JobPointer& job) {
          if (job->ending) return done(core::fail(job_has_ended(id)));
          runner_.stop_job(job, how, true);
          done({});
        },
        [id, done](const core::Result<core::JobRecord>& stored) {
          if (!stored) return done(core::fail(stored.error()));
          done(core::fail(job_has_ended(id)));
        });
  });
}

std::size_t Coordinator::output_limit(std::size_t asked) const {
  return std::min(asked, settings_.max_output_bytes);
}

void Coordinator::find_job(const core::Caller& caller, const core::JobId& id,
                           std::function<void(const jobs::JobPointer&)> live,
                           std::function<void(core::Result<core::JobRecord>)> stored) {
  if (const jobs::JobPointer job = runner_.jobs().find(id)) {
    if (!may_see(caller, job->record.client_id, job->record.principal, connections_)) {
      return stored(core::fail(no_job(id)));
    }
    return live(job);
  }
  services_.queries.job(
      id, [this, caller, id, stored = std::move(stored)](core::Result<core::JobRecord> record) {
        if (!record && record.error().code != core::ErrorCode::not_found) return stored(record);
        if (!record || !may_see(caller, record->client_id, record->principal, connections_)) {
          return stored(core::fail(no_job(id)));
        }
        stored(std::move(record));
      });
}

void Coordinator::get_job(const core::Caller& caller, const core::JobId& id,
                          core::Milliseconds wait, std::optional<std::size_t> max_output_bytes,
                          Cancel cancel, Done<core::JobView> done) {
  const auto limit = [this, max_output_bytes](const core::JobRecord& job) {
    return output_limit(max_output_bytes.value_or(static_cast<std::size_t>(job.max_output_bytes)));
  };
  when_settled([this, caller, id, wait, limit, cancel = std::move(cancel), done = std::move(done)] {
    find_job(
        caller, id,
        [this, wait, limit, cancel, done](const jobs::JobPointer& job) {
          runner_.jobs().wait(job, wait, cancel, [this, job, limit, done](auto) {
            answers_.answer(
                job, [this](const jobs::Job& live) { return view_of(live); }, limit(job->record),
                done);
          });
        },
        [this, limit, done](core::Result<core::JobRecord> record) {
          if (!record) return done(core::fail(record.error()));
          const std::size_t most = limit(*record);
          answers_.answer(std::move(*record), most, done);
        });
  });
}

void Coordinator::read_output(const core::Caller& caller, core::OutputRequest request,
                              Cancel cancel, Done<core::OutputView> done) {
  request.limit = output_limit(request.limit);
  when_settled([this, caller, request = std::move(request), cancel = std::move(cancel),
                done = std::move(done)] {
    find_job(
        caller, request.job_id,
        [this, caller, request, cancel, done](const jobs::JobPointer& job) {
          if (request.wait.count() <= 0) return answers_.read(job, request, done);
          wait_for_output(job, request, cancel, [=, this](const core::Result<void>& waited) {
            if (!waited) return done(core::fail(waited.error()));
            core::OutputRequest now = request;
            now.wait = core::Milliseconds(0);
            read_output(caller, std::move(now), cancel, done);
          });
        },
        [this, request, done](core::Result<core::JobRecord> record) {
          if (!record) return done(core::fail(record.error()));
          answers_.read(std::move(*record), request, done);
        });
  });
}

/// Until the output reaches beyond the offset, the job ends or the time is up.
void Coordinator::wait_for_output(const jobs::JobPointer& job, const core::OutputRequest& request,
                                  const Cancel& cancel,
                                  std::function<void(core::Result<void>)> done) {
  const auto is_there = [stream = request.stream,
                         offset = request.offset.value_or(0)](const jobs::Job& live) {
    return offset < core::bytes_of(live.record, stream);
  };
  if (core::is_final(job->record.state) || is_there(*job)) return done({});
  const auto enough = std::make_shared<core::Cancellation>();
  auto observer = runner_.jobs().observe(job, [enough, is_there](const jobs::Job& live) {
    if (is_there(live)) enough->cancel("there is output");
  });
  if (cancel) cancel->on_cancel([enough] { enough->cancel("nobody waits any more"); });
  runner_.jobs().wait(job, request.wait, enough,
                      [job, cancel, observer = std::move(observer),
                       done = std::move(done)](jobs::JobTable::WaitEnd how) mutable {
                        observer.reset();
                        if (cancel && cancel->cancelled()) {
                          return done(core::fail(core::ErrorCode::cancelled, cancel->reason()));
                        }
                        if (how == jobs::JobTable::WaitEnd::stopping) {
                          return done(core::fail(stopping_error(job->record.id)));
                        }
                        done({});
                      });
}

void Coordinator::list_sessions(const core::Caller& caller, core::ListFilter filter,
                                Done<core::Page<core::SessionRecord>> done) {
  if (caller.identity.scope != core::Scope::admin) filter.client_id = caller.client_id;
  when_settled([this, filter = std::move(filter), done = std::move(done)] {
    services_.queries.sessions(
        filter, [this, filter, done](core::Result<core::Page<core::SessionRecord>> page) {
          if (page) {
            if (filter.cursor.empty() && filter.state.empty() && filter.session_id.empty()) {
              auto waiting = sessions_.starting(filter.client_id);
              page->items.insert(page->items.begin(), std::make_move_iterator(waiting.begin()),
                                 std::make_move_iterator(waiting.end()));
            }
            for (core::SessionRecord& session : page->items) {
              if (const Lane* lane = runner_.lanes().by_session(session.id)) {
                session = *lane->session;
                session.state = lane->state();
              }
            }
          }
          done(std::move(page));
        });
  });
}

void Coordinator::list_jobs(const core::Caller& caller, core::ListFilter filter,
                            Done<core::Page<core::JobView>> done) {
  if (caller.identity.scope != core::Scope::admin) filter.client_id = caller.client_id;
  when_settled([this, filter = std::move(filter), done = std::move(done)] {
    services_.queries.jobs(filter, [this, done](core::Result<core::Page<core::JobRecord>> page) {
      if (!page) return done(core::fail(page.error()));
      core::Page<core::JobView> views;
      views.next_cursor = std::move(page->next_cursor);
      for (core::JobRecord& record : page->items) {
        core::JobView view;
        const jobs::JobPointer live = runner_.jobs().find(record.id);
        if (live) {
          view = view_of(*live);
        } else {
          if (record.started_at && record.finished_at) {
            view.duration = *record.finished_at - *record.started_at;
          }
          view.job = std::move(record);
        }
        // A row loses its secrets when its job has ended: until then it is what will be run.
        if (live || !core::is_final(view.job.state)) {
          services_.redactor.redact_text(view.job.command);
        }
        views.items.push_back(std::move(view));
      }
      done(std::move(views));
    });
  });
}

core::JobView Coordinator::view_of(const jobs::Job& job) const {
  core::JobView view;
  view.job = job.record;
  view.awaiting_input = job.awaiting_input && !core::is_final(job.record.state);
  const core::Timestamp end = job.record.finished_at.value_or(services_.clock.now());
  if (job.record.started_at) view.duration = end - *job.record.started_at;
  if (const Lane* lane = runner_.lanes().by_session(job.record.session_id);
      lane != nullptr && view.job.cwd_after.empty() && view.job.cwd.empty()) {
    view.job.cwd = lane->session->cwd;
  }
  if (job.record.state != core::JobState::queued) return view;
  if (const auto place = runner_.requests().view(job.record.request_id)) {
    view.position = place->position;
    view.eta = place->eta;
  }
  return view;
}

}  // namespace berth::execution
