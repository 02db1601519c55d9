#include "service/execution/session_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/execution/event_records.h"
#include "service/platform/shells.h"

namespace berth::execution {
namespace {

bool same_call(const core::Caller& caller, const std::string& request_key,
               const core::SessionRecord& session) {
  if (session.client_id != caller.client_id) return false;
  return (!request_key.empty() && session.request_key == request_key) ||
         (!caller.link_key.empty() && session.link_key == caller.link_key);
}

core::Error no_session(const core::SessionId& id) {
  return {core::ErrorCode::not_found,
          fmt::format("there is no session {}, or it has ended; start_session makes a new one",
                      id.str()),
          "session_id", std::nullopt};
}

}  // namespace

bool may_see(const core::Caller& caller, const std::string& client_id, const std::string& principal,
             const core::Connections& connections) {
  if (caller.identity.scope == core::Scope::admin || client_id == caller.client_id) return true;
  return principal == caller.identity.principal && !connections.is_connected(client_id);
}

/// One who waits for a session to be ready.
struct SessionKeeper::Answer {
  explicit Answer(loop::Loop& loop) : deadline(loop) {}

  loop::Timer deadline;  // runs while the request is queued
  core::Execution::Done<core::SessionView> done;
};

/// A session on its way: in the queue, then while its shell starts.
struct SessionKeeper::Start {
  core::SessionRecord session;
  core::RequestId request_id;
  bool queued = false;
  std::vector<std::shared_ptr<Answer>> answers;
};

SessionKeeper::SessionKeeper(Services services, LaneRunner& runner,
                             const core::Connections& connections, std::string default_shell)
    : services_(services),
      runner_(runner),
      connections_(connections),
      default_shell_(std::move(default_shell)) {}

core::Result<std::string> SessionKeeper::shell_of(const std::string& asked) const {
  if (asked.empty()) return default_shell_;
  const auto offered = platform::offered_shells();
  if (std::ranges::find(offered, asked) != offered.end()) return asked;
  return core::fail(core::ErrorCode::unsupported,
                    fmt::format("shell \"{}\" is not offered; there is \"{}\"", asked,
                                fmt::join(offered, "\", \"")),
                    "shell");
}

void SessionKeeper::start(const core::Caller& caller, core::SessionRequest request,
                          core::Execution::Cancel cancel,
                          core::Execution::Done<core::SessionView> done) {
  if (request.tty) {
    return done(core::fail(core::ErrorCode::unsupported,
                           "terminals with a tty are not offered by this version", "tty"));
  }
  const auto shell = shell_of(request.shell);
  if (!shell) return done(core::fail(shell.error()));
  if (const Lane* lane = find_lane(caller, request.request_key)) {
    core::SessionView view;
    view.session = *lane->session;
    view.session.state = lane->state();
    return done(std::move(view));
  }
  if (const auto earlier = find_start(caller, request.request_key)) {
    return join(earlier, request.wait, cancel, std::move(done));
  }

  const auto start = std::make_shared<Start>();
  core::SessionRecord& session = start->session;
  session.id = core::SessionId::make();
  session.client_id = caller.client_id;
  session.principal = caller.identity.principal;
  session.name = request.name;
  session.shell = *shell;
  session.cwd = request.cwd.empty() ? caller.cwd : request.cwd;
  session.request_key = request.request_key;
  session.link_key = caller.link_key;
  session.correlation_id = caller.correlation_id;
  session.created_at = services_.clock.now();
  session.used_at = session.created_at;

  LaneRunner::Spec spec;
  spec.session = session;
  spec.client_id = caller.client_id;
  spec.shell = session.shell;
  spec.cwd = session.cwd;
  spec.env = std::move(request.env);
  spec.sync = request.sync;
  starts_[session.id] = start;
  const auto opening = runner_.open(
      std::move(spec), [this, start](core::Result<Lane*> lane) { opened(start, std::move(lane)); });
  if (!opening) {
    starts_.erase(session.id);
    return done(core::fail(opening.error()));
  }
  start->request_id = opening->request_id;
  start->queued = opening->queued;
  if (start->queued) {
    core::EventRecord event = session_event("session.queued", session);
    event.request_id = start->request_id;
    core::ChangeSet set;
    set.add(std::move(event));
    services_.log.commit(std::move(set), nullptr);
  }
  join(start, request.wait, cancel, std::move(done));
}

std::shared_ptr<SessionKeeper::Start> SessionKeeper::find_start(const core::Caller& caller,
                                                                const std::string& request_key) {
  for (const auto& [id, start] : starts_) {
    if (same_call(caller, request_key, start->session)) return start;
  }
  return nullptr;
}

Lane* SessionKeeper::find_lane(const core::Caller& caller, const std::string& request_key) {
  Lane* found = nullptr;
  runner_.lanes().for_each([&](Lane& lane) {
    if (lane.session && lane.ready && !lane.closing &&
        same_call(caller, request_key, *lane.session)) {
      found = &lane;
    }
  });
  return found;
}

core::SessionView SessionKeeper::queued_view(const Start& start) const {
  core::SessionView view;
  view.session = start.session;
  view.queued = true;
  view.request_id = start.request_id;
  if (const auto place = runner_.slots().place(start.request_id)) {
    view.position = place->position;
    view.eta = place->eta;
  }
  return view;
}

void SessionKeeper::join(const std::shared_ptr<Start>& start, core::Milliseconds wait,
                         const core::Execution::Cancel& cancel,
                         core::Execution::Done<core::SessionView> done) {
  const auto answer = std::make_shared<Answer>(services_.loop);
  answer->done = std::move(done);
  start->answers.push_back(answer);
  const auto leave = [start, answer] {
    std::erase(start->answers, answer);
    return std::exchange(answer->done, nullptr);
  };
  if (start->queued) {
    answer->deadline.start(wait, [this, start, leave] {
      if (!start->queued) return;  // its shell is starting: that is worth waiting for
      if (const auto waiting = leave()) waiting(queued_view(*start));
    });
  }
  if (!cancel) return;
  cancel->on_cancel([this, start, leave] {
    const auto waiting = leave();
    if (start->queued && start->answers.empty() && runner_.abandon(start->request_id)) {
      starts_.erase(start->session.id);
    }
    if (waiting) waiting(core::fail(core::ErrorCode::cancelled, "cancelled while it waited"));
  });
}

void SessionKeeper::opened(const std::shared_ptr<Start>& start, core::Result<Lane*> lane) {
  const core::SessionId id = start->session.id;
  start->queued = false;
  if (!lane) {
    starts_.erase(id);
    return answer_all(start, core::fail(lane.error()));
  }
  core::SessionView view;
  view.session = *(*lane)->session;
  core::EventRecord event = session_event("session.ready", view.session);
  event.request_id = start->request_id;
  core::ChangeSet set;
  set.add(view.session).add(std::move(event));
  services_.log.commit(std::move(set), [this, start, id, view](core::Result<void> stored) {
    starts_.erase(id);
    if (stored) {
      answer_all(start, view);
    } else {
      answer_all(start, core::fail(stored.error()));
    }
  });
}

void SessionKeeper::answer_all(const std::shared_ptr<Start>& start,
                               const core::Result<core::SessionView>& view) {
  for (const auto& answer : std::exchange(start->answers, {})) {
    answer->deadline.cancel();
    if (const auto done = std::exchange(answer->done, nullptr)) done(view);
  }
}

core::Result<Lane*> SessionKeeper::use(const core::Caller& caller, const core::SessionId& id) {
  Lane* lane = runner_.lanes().by_session(id);
  if (lane == nullptr || lane->closing) return core::fail(no_session(id));
  core::SessionRecord& session = *lane->session;
  if (!may_see(caller, session.client_id, session.principal, connections_)) {
    return core::fail(no_session(id));
  }
  if (session.client_id != caller.client_id && session.principal == caller.identity.principal &&
      !connections_.is_connected(session.client_id)) {
    session.client_id = caller.client_id;
    core::ChangeSet set;
    set.add(session);
    services_.log.commit(std::move(set), nullptr);
  }
  return lane;
}

void SessionKeeper::end(const core::Caller& caller, const core::SessionId& id, core::StopMode mode,
                        core::Execution::Done<void> done) {
  const auto lane = use(caller, id);
  if (!lane) return done(core::fail(lane.error()));
  runner_.close(**lane, mode, "ended by its client", std::move(done));
}

}  // namespace berth::execution
