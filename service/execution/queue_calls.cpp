// What a client asks about its requests for terminals, and input for what runs.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/execution/coordinator.h"

namespace berth::execution {
namespace {

core::Error no_request(const core::RequestId& id) {
  return {core::ErrorCode::not_found,
          fmt::format("there is no request {}, or it never had to wait", id.str()), "request_id",
          std::nullopt};
}

core::Error command_has_ended() {
  return {core::ErrorCode::conflict, "the command has ended", "job_id", std::nullopt};
}

}  // namespace

void Coordinator::send_input(const core::Caller& caller, core::InputRequest request,
                             Done<void> done) {
  when_settled([this, caller, request = std::move(request), done = std::move(done)]() mutable {
    find_job(
        caller, request.job_id,
        [this, &request, &done](const jobs::JobPointer& job) {
          if (core::is_final(job->record.state)) return done(core::fail(command_has_ended()));
          Lane* lane = runner_.lanes().by_job(job->record.id);
          if (lane == nullptr || lane->current != job || !job->in_terminal || !lane->terminal) {
            return done(core::fail(core::Error{core::ErrorCode::unavailable,
                                               "the command has not started yet", "job_id",
                                               core::Milliseconds(200)}));
          }
          if (auto fits = LaneRunner::check_input(*lane, request); !fits)
            return done(std::move(fits));
          if (request.resizes()) {
            runner_.resize(*lane, request.rows, request.cols);
            if (request.is_empty()) return done({});
          }
          terminals::CommandInput input;
          input.job_id = job->record.id;
          input.bytes = std::move(request.bytes);
          input.eof = request.eof;
          input.key = std::move(request.request_key);
          lane->terminal->input(std::move(input), std::move(done));
        },
        [done](const core::Result<core::JobRecord>& stored) {
          if (!stored) return done(core::fail(stored.error()));
          done(core::fail(command_has_ended()));
        });
  });
}

core::Result<core::RequestView> Coordinator::find_waiting(const core::Caller& caller,
                                                          const core::RequestId& id) const {
  auto view = runner_.requests().view(id);
  if (view && !may_see(caller, view->request.client_id, view->request.principal, connections_)) {
    return core::fail(no_request(id));
  }
  return view;
}

void Coordinator::query_position(const core::Caller& caller, const core::RequestId& id,
                                 Done<core::RequestView> done) {
  when_settled([this, caller, id, done = std::move(done)] {
    if (auto waiting = find_waiting(caller, id)) return done(std::move(*waiting));
    services_.queries.request(
        id, [this, caller, id, done](core::Result<core::RequestRecord> record) {
          if (!record && record.error().code != core::ErrorCode::not_found) {
            return done(core::fail(record.error()));
          }
          if (!record || !may_see(caller, record->client_id, record->principal, connections_)) {
            return done(core::fail(no_request(id)));
          }
          core::RequestView view;
          view.request = std::move(*record);
          done(std::move(view));
        });
  });
}

void Coordinator::change_request_type(const core::Caller& caller, const core::RequestId& id,
                                      bool sync, Done<core::RequestView> done) {
  query_position(
      caller, id, [this, id, sync, done = std::move(done)](core::Result<core::RequestView> found) {
        if (!found) return done(std::move(found));
        if (found->position == 0) {
          return done(core::fail(core::ErrorCode::conflict,
                                 fmt::format("request {} does not wait any more, it is {}",
                                             id.str(), core::to_string(found->request.state)),
                                 "request_id"));
        }
        if (const jobs::JobPointer job = runner_.jobs().find(found->request.job_id)) {
          job->record.sync = sync;
          runner_.jobs().store(job, {}, nullptr);
        }
        done(runner_.requests().change_type(id, sync));
      });
}

/// A command that waits is withdrawn. One that runs is reported as cancelled, whenever it ends, and
/// takes its session with it.
std::string Coordinator::cancel(const jobs::JobPointer& job, core::StopMode mode) {
  if (job->ending) return "it had ended already";
  Lane* lane = runner_.lanes().by_job(job->record.id);
  if (lane == nullptr || lane->current != job) {
    runner_.stop_job(job, core::StopMode::interrupt, true);
    return "it was withdrawn before it ran";
  }
  job->cancelled = true;
  runner_.close(*lane, mode, "its request was cancelled", nullptr);
  if (lane->closing == core::StopMode::after_command) {
    return "its command is let end and reported as cancelled; then its terminal is closed";
  }
  return "its command is being stopped and its terminal closed";
}

void Coordinator::cancel_job(const core::Caller& caller, const core::JobId& id, core::StopMode mode,
                             Done<std::string> done) {
  when_settled([this, caller, id, mode, done = std::move(done)] {
    find_job(
        caller, id, [this, mode, done](const jobs::JobPointer& job) { done(cancel(job, mode)); },
        [done](const core::Result<core::JobRecord>& stored) {
          if (!stored) return done(core::fail(stored.error()));
          done(std::string("it had ended already"));
        });
  });
}

void Coordinator::cancel_request(const core::Caller& caller, const core::RequestId& id,
                                 core::StopMode mode, Done<std::string> done) {
  query_position(
      caller, id,
      [this, caller, mode, done = std::move(done)](core::Result<core::RequestView> found) {
        if (!found) return done(core::fail(found.error()));
        const core::RequestRecord& request = found->request;
        if (!request.job_id.empty()) return cancel_job(caller, request.job_id, mode, done);
        if (sessions_.cancel_start(caller, request.session_id) ||
            runner_.abandon(request.id)) {  // or a place that is kept for a client that is away
          return done(std::string("it was withdrawn from the queue"));
        }
        sessions_.end(caller, request.session_id, mode, [done](const core::Result<void>& ended) {
          if (!ended) return done(std::string("it had ended already"));
          done(std::string("its session is being closed"));
        });
      });
}

void Coordinator::purge_job(const core::Caller& caller, const core::JobId& id, Done<void> done) {
  when_settled([this, caller, id, done = std::move(done)] {
    find_job(
        caller, id,
        [this, done](const jobs::JobPointer& job) {
          if (!core::is_final(job->record.state)) {
            return done(core::fail(core::ErrorCode::conflict,
                                   "the job has not ended; cancel it first", "job_id"));
          }
          retention_.purge(job->record.id, done);  // its end is being stored
        },
        [this, done](const core::Result<core::JobRecord>& stored) {
          if (!stored) return done(core::fail(stored.error()));
          retention_.purge(stored->id, done);
        });
  });
}

void Coordinator::list_queue(const core::Caller& caller, std::size_t skip, std::size_t limit,
                             Done<std::vector<core::RequestView>> done) {
  when_settled([this, caller, skip, limit, done = std::move(done)] {
    auto views = runner_.requests().list(skip, limit);
    std::erase_if(views, [&](const core::RequestView& view) {
      return !may_see(caller, view.request.client_id, view.request.principal, connections_);
    });
    done(std::move(views));
  });
}

void Coordinator::list_requests(const core::Caller& caller, core::ListFilter filter,
                                Done<core::Page<core::RequestRecord>> done) {
  if (caller.identity.scope != core::Scope::admin) filter.client_id = caller.client_id;
  services_.queries.requests(std::move(filter), std::move(done));
}

core::QueueStatistics Coordinator::queue_statistics() const {
  const queue::SlotQueue& slots = runner_.requests().slots();
  const auto queue = slots.statistics();
  core::QueueStatistics statistics;
  statistics.active_sessions = runner_.lanes().sessions();
  statistics.peak_sessions = queue.peak_used;
  statistics.max_sessions = settings_.lanes.queue.limits.slots;
  statistics.effective_max_sessions = slots.slots();
  statistics.used = slots.used();
  statistics.waiting_sync = queue.waiting_sync;
  statistics.waiting_async = queue.waiting_async;
  statistics.peak_waiting = queue.peak_waiting;
  statistics.average_wait_sync = queue.average_wait_sync;
  statistics.average_wait_async = queue.average_wait_async;
  statistics.next_wait_sync = queue.next_wait_sync;
  statistics.next_wait_async = queue.next_wait_async;
  statistics.estimate_error_sync = queue.estimate_error_sync;
  statistics.estimate_error_async = queue.estimate_error_async;
  return statistics;
}

}  // namespace berth::execution
