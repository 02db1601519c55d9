// The way to a lane: a slot, then a terminal, warm or fresh, then its shell is ready.
#include <fmt/format.h>

#include <utility>

#include "service/execution/event_records.h"
#include "service/execution/lane_runner.h"

namespace berth::execution {
namespace {

/// The change that makes a terminal known, with its session if it is for one.
core::ChangeSet opening_of(Lane& lane) {
  core::ChangeSet set;
  set.add(lane.host);
  if (lane.session) set.add(*lane.session).add(session_event("session.started", *lane.session));
  return set;
}

void name_host(core::HostRecord& host, std::optional<core::SessionRecord>& session) {
  if (!session) return;
  host.session_id = session->id;
  session->host_id = host.id;
}

}  // namespace

core::Result<bool> LaneRunner::open(core::RequestRecord request, Spec spec,
                                    TerminalRequests::Moved moved, OnOpen on_open) {
  const core::RequestId id = request.id;
  spec.client_id = request.client_id;
  const auto taken = requests_.ask({std::move(request),
                                    [this, id] {
                                      auto entry = waiting_.extract(id);
                                      launch(entry.mapped().spec, entry.mapped().on_open);
                                    },
                                    std::move(moved)});
  if (!taken) return taken;
  if (*taken) {
    launch(spec, on_open);
  } else {
    waiting_.emplace(id, Waiting{std::move(spec), std::move(on_open)});
  }
  return taken;
}

bool LaneRunner::abandon(const core::RequestId& id) {
  waiting_.erase(id);
  return requests_.withdraw(id);
}

void LaneRunner::launch(const Spec& spec, const OnOpen& on_open) {
  // A tty, and variables as a shell finds them when it starts, need a terminal of their own.
  if (spec.tty || !spec.env.empty()) return open_fresh(spec, on_open);
  pool_.take(spec.shell, spec.cwd,
             [this, spec, on_open](core::Result<std::optional<WarmTerminal>> warm) mutable {
               if (!warm) {
                 requests_.release(spec.client_id);
                 return on_open(core::fail(warm.error()));
               }
               if (*warm) return open_warm(std::move(spec), std::move(**warm), on_open);
               open_fresh(std::move(spec), std::move(on_open));
             });
}

void LaneRunner::open_warm(Spec spec, WarmTerminal warm, const OnOpen& on_open) {
  name_host(warm.host, spec.session);
  Lane& lane = lanes_.add(std::move(warm.host), std::move(spec.session));
  lane.slot_client = spec.client_id;
  lane.terminal = std::move(warm.terminal);
  lane.terminal->change_owner(*this);
  lane.output = Lane::Output::ready;
  starting_[lane.host.id].on_open = on_open;
  // Not waited for: whoever asked for the lane commits something after this before it is told.
  if (lane.session) {
    services_.log.commit(opening_of(lane),
                         [this, id = lane.host.id](const core::Result<void>& stored) {
                           Lane* refused = lanes_.by_host(id);
                           if (stored || refused == nullptr) return;
                           refused->terminal->end(core::StopMode::kill);
                           drop(*refused, stored.error());
                         });
  }
  on_terminal_ready(*lane.terminal, {});
}

void LaneRunner::open_fresh(Spec spec, OnOpen on_open) {
  if (stopped_) return;
  core::HostRecord host;
  host.id = core::HostId::make();
  host.shell = spec.shell;
  host.created_at = services_.clock.now();
  name_host(host, spec.session);
  Lane& lane = lanes_.add(host, spec.session);
  lane.slot_client = spec.client_id;
  starting_[host.id].on_open = std::move(on_open);

  // Stored first: a service that is killed now finds the host it is about to start.
  services_.log.commit(
      opening_of(lane), [this, id = host.id, spec = std::move(spec)](core::Result<void> stored) {
        Lane* stored_lane = lanes_.by_host(id);
        if (stored_lane == nullptr) return;
        if (!stored) return drop(*stored_lane, stored.error());
        environment_.when_known([this, id, spec](const std::vector<std::string>& environment) {
          if (lanes_.by_host(id) != nullptr) start_terminal(id, spec, environment);
        });
      });
}

void LaneRunner::start_terminal(const core::HostId& id, const Spec& spec,
                                const std::vector<std::string>& environment) {
  Lane& lane = *lanes_.by_host(id);
  terminals::HostSettings host = settings_.terminals.host_settings(spec.shell, environment);
  if (!spec.cwd.empty()) host.cwd = spec.cwd;
  // Of two entries of one name, shells take the last.
  if (spec.tty) host.env.emplace_back("TERM=xterm-256color");
  for (const auto& [name, value] : spec.env) host.env.push_back(name + "=" + value);
  host.tty = spec.tty;
  host.rows = spec.rows;
  host.cols = spec.cols;
  lane.terminal =
      std::make_unique<terminals::Terminal>(services_.loop, services_.launcher, *this, id);
  lane.terminal->launch(host);
  renew_output(lane);

  Starting& starting = starting_[id];
  starting.deadline = std::make_unique<loop::Timer>(services_.loop);
  starting.deadline->start(settings_.terminals.start_timeout, [this, id] {
    if (Lane* late = lanes_.by_host(id)) {
      late->terminal->end(core::StopMode::kill);
      drop(*late, {core::ErrorCode::terminal_failed,
                   fmt::format("the shell did not start within {} (hosts.start_timeout)",
                               core::to_duration_text(settings_.terminals.start_timeout)),
                   {},
                   std::nullopt});
    }
  });
}

void LaneRunner::opening_ended(const core::HostId& id, core::Result<Lane*> result) {
  auto entry = starting_.extract(id);
  if (!entry.empty() && entry.mapped().on_open) entry.mapped().on_open(std::move(result));
}

void LaneRunner::on_terminal_ready(terminals::Terminal& terminal, const core::JobId& running) {
  Lane* lane = lanes_.by_host(terminal.id());
  if (lane == nullptr || lane->ready) return;
  lane->ready = true;
  if (lane->session) {
    if (!terminal.cwd().empty()) lane->session->cwd = terminal.cwd();
    lane->session->state = core::SessionState::ready;
  }
  if (const jobs::JobPointer job = lane->current) {
    // Found again after a restart. Either its host still runs it, or it never accepted it: the
    // service was killed between storing the dispatch and sending it.
    job->reconciling = false;
    job->begun = running == job->record.id;
    job->in_terminal = job->in_terminal || job->begun;
    if (!job->in_terminal) {
      job->record.state = core::JobState::queued;
      job->record.dispatched = false;
      lane->waiting.push_front(std::exchange(lane->current, nullptr));
    }
  }
  opening_ended(lane->host.id, lane);
  tell_settled(terminal.id());
  Lane* still = lanes_.by_host(terminal.id());
  if (still == nullptr) return;
  lanes_.changed(still->host.session_id);
  advance(*still);
}

}  // namespace berth::execution
