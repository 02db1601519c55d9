#include "service/execution/session_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/execution/event_records.h"
#include "service/execution/progress_teller.h"
#include "service/platform/shells.h"

namespace berth::execution {
namespace {

bool same_call(const core::Caller& caller, const std::string& request_key,
               const core::SessionRecord& session) {
  if (session.client_id != caller.client_id) return false;
  return (!request_key.empty() && session.request_key == request_key) ||
         (!caller.link_key.empty() && session.link_key == caller.link_key);
}

/// What names the call that asked for a session: its own key and its bridge link's, if it has them.
std::vector<std::string> keys_of(const std::string& client_id, const std::string& request_key,
                                 const std::string& link_key) {
  std::vector<std::string> keys;
  if (!request_key.empty()) keys.push_back(client_id + '\0' + 'r' + request_key);
  if (!link_key.empty()) keys.push_back(client_id + '\0' + 'l' + link_key);
  return keys;
}

core::Error no_session(const core::SessionId& id) {
  return {core::ErrorCode::not_found,
          fmt::format("there is no session {}, or it has ended; start_session makes a new one",
                      id.str()),
          "session_id", std::nullopt};
}

core::Error still_queued(const core::SessionId& id) {
  return {core::ErrorCode::conflict,
          fmt::format("session {} still waits for a terminal; query_position tells its place",
                      id.str()),
          "session_id", core::Milliseconds(1'000)};
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
  core::ProgressSink progress;
  double told = 0;  // the last progress
};

/// A session on its way: in the queue, then while its shell starts.
struct SessionKeeper::Start {
  core::SessionRecord session;
  core::RequestRecord request;
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
  const auto shell = shell_of(request.shell);
  if (!shell) return done(core::fail(shell.error()));
  if (const Lane* lane = find_lane(caller, request.request_key)) {
    core::SessionView view;
    view.session = *lane->session;
    view.session.state = lane->state();
    return done(std::move(view));
  }
  if (const auto earlier = find_start(caller, request.request_key)) {
    return join(earlier, request, cancel, std::move(done));
  }
  const auto cwd = start_directory(caller, request.cwd);
  if (!cwd) return done(core::fail(cwd.error()));

  const auto start = std::make_shared<Start>();
  core::SessionRecord& session = start->session;
  core::RequestRecord& place = start->request;
  if (auto kept =
          runner_.requests().find_kept(caller.client_id, request.request_key, caller.link_key)) {
    place = std::move(*kept);
    session.id = place.session_id;
  } else {
    session.id = core::SessionId::make();
    place.id = core::RequestId::make();
    place.session_id = session.id;
    place.client_id = caller.client_id;
    place.principal = caller.identity.principal;
    place.request_key = request.request_key;
    place.link_key = caller.link_key;
    place.sync = request.sync;
  }
  session.client_id = caller.client_id;
  session.principal = caller.identity.principal;
  session.name = request.name;
  services_.redactor.redact_text(session.name);
  session.shell = *shell;
  session.cwd = *cwd;
  session.tty = request.tty;
  session.rows = request.rows;
  session.cols = request.cols;
  session.request_key = request.request_key;
  session.link_key = caller.link_key;
  session.correlation_id = caller.correlation_id;
  session.created_at = services_.clock.now();
  session.used_at = session.created_at;

  LaneRunner::Spec spec;
  spec.session = session;
  spec.shell = session.shell;
  spec.cwd = session.cwd;
  spec.env = std::move(request.env);
  spec.tty = session.tty;
  spec.rows = session.rows;
  spec.cols = session.cols;
  remember(start);
  const auto at_once = runner_.open(
      place, std::move(spec), [this, start](const core::RequestView& view) { moved(*start, view); },
      [this, start](core::Result<Lane*> lane) { opened(start, std::move(lane)); });
  if (!at_once) {
    forget(*start);
    return done(core::fail(at_once.error()));
  }
  start->queued = !*at_once;
  if (start->queued) {
    core::EventRecord event = session_event("session.queued", session);
    event.request_id = place.id;
    core::ChangeSet set;
    set.add(std::move(event));
    services_.log.commit(std::move(set), nullptr);
  }
  join(start, request, cancel, std::move(done));
}

std::shared_ptr<SessionKeeper::Start> SessionKeeper::find_start(
    const core::Caller& caller, const std::string& request_key) const {
  for (const std::string& key : keys_of(caller.client_id, request_key, caller.link_key)) {
    const auto found = starts_by_key_.find(key);
    if (found != starts_by_key_.end()) return found->second;
  }
  return nullptr;
}

void SessionKeeper::remember(const std::shared_ptr<Start>& start) {
  const core::SessionRecord& session = start->session;
  starts_[session.id] = start;
  for (std::string& key : keys_of(session.client_id, session.request_key, session.link_key)) {
    starts_by_key_[std::move(key)] = start;
  }
}

void SessionKeeper::forget(const Start& start) {
  const core::SessionRecord& session = start.session;
  for (const std::string& key : keys_of(session.client_id, session.request_key, session.link_key)) {
    starts_by_key_.erase(key);
  }
  starts_.erase(session.id);
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
  view.request_id = start.request.id;
  if (const auto place = runner_.requests().view(start.request.id)) {
    view.position = place->position;
    view.eta = place->eta;
  }
  return view;
}

void SessionKeeper::join(const std::shared_ptr<Start>& start, const core::SessionRequest& request,
                         const core::Execution::Cancel& cancel,
                         core::Execution::Done<core::SessionView> done) {
  const auto answer = std::make_shared<Answer>(services_.loop);
  answer->done = std::move(done);
  answer->progress = request.progress;
  start->answers.push_back(answer);
  const auto leave = [start, answer] {
    std::erase(start->answers, answer);
    return std::exchange(answer->done, nullptr);
  };
  if (start->queued) {
    answer->deadline.start(request.wait, [this, start, leave] {
      if (!start->queued) return;  // its shell is starting: that is worth waiting for
      if (const auto waiting = leave()) waiting(queued_view(*start));
    });
  }
  if (!cancel) return;
  cancel->on_cancel([this, start, leave] {
    const auto waiting = leave();
    // A service that stops takes nobody's place away.
    const bool gives_up = start->answers.empty() && !runner_.jobs().waits_interrupted();
    if (start->queued && gives_up && runner_.abandon(start->request.id)) {
      forget(*start);
    }
    if (waiting) waiting(core::fail(core::ErrorCode::cancelled, "cancelled while it waited"));
  });
}

void SessionKeeper::moved(const Start& start, const core::RequestView& view) {
  for (const auto& answer : start.answers) {
    if (!answer->progress) continue;
    answer->told = next_progress(view.request.arrived_at, services_.clock.now(), answer->told);
    answer->progress({answer->told, fmt::format("waiting for a terminal: position {}, about {} s",
                                                view.position, (view.eta.count() + 999) / 1'000)});
  }
}

bool SessionKeeper::cancel_start(const core::Caller& caller, const core::SessionId& id) {
  const auto found = starts_.find(id);
  if (found == starts_.end() || !found->second->queued) return false;
  const auto start = found->second;
  const core::SessionRecord& session = start->session;
  if (!may_see(caller, session.client_id, session.principal, connections_)) return false;
  if (!runner_.abandon(start->request.id)) return false;
  forget(*start);
  answer_all(start, core::fail(core::ErrorCode::cancelled, "the request was cancelled"));
  return true;
}

std::vector<core::SessionRecord> SessionKeeper::starting(const std::string& client_id) const {
  std::vector<core::SessionRecord> sessions;
  for (const auto& [id, start] : starts_) {
    if (start->queued && (client_id.empty() || start->session.client_id == client_id)) {
      sessions.push_back(start->session);
    }
  }
  return sessions;
}

core::Result<std::string> start_directory(const core::Caller& caller, const std::string& asked) {
  if (asked.empty()) return caller.cwd;
  if (asked.front() == '/') return asked;
  if (!caller.cwd.empty()) return caller.cwd + "/" + asked;
  return core::fail(
      core::ErrorCode::invalid_argument,
      fmt::format("cwd: \"{}\" is relative, and this client has no directory it could "
                  "be relative to; give a full path",
                  asked),
      "cwd");
}

void SessionKeeper::opened(const std::shared_ptr<Start>& start, core::Result<Lane*> lane) {
  start->queued = false;
  if (!lane) {
    forget(*start);
    return answer_all(start, core::fail(lane.error()));
  }
  core::SessionView view;
  view.session = *(*lane)->session;
  core::EventRecord event = session_event("session.ready", view.session);
  event.request_id = start->request.id;
  core::ChangeSet set;
  set.add(view.session).add(std::move(event));
  services_.log.commit(std::move(set), [this, start, view](core::Result<void> stored) {
    forget(*start);
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
  if (lane == nullptr && starts_.contains(id)) return core::fail(still_queued(id));
  if (lane == nullptr || lane->closing) return core::fail(no_session(id));
  core::SessionRecord& session = *lane->session;
  if (!may_see(caller, session.client_id, session.principal, connections_)) {
    return core::fail(no_session(id));
  }
  if (session.client_id != caller.client_id && session.principal == caller.identity.principal &&
      !connections_.is_connected(session.client_id)) {
    runner_.change_owner(*lane, caller.client_id);
    core::ChangeSet set;
    set.add(session);
    services_.log.commit(std::move(set), nullptr);
  }
  return lane;
}

void SessionKeeper::end(const core::Caller& caller, const core::SessionId& id, core::StopMode mode,
                        core::Execution::Done<void> done) {
  if (cancel_start(caller, id)) return done({});
  // One that ends after its command has not ended yet, and may be ended harder.
  Lane* closing = runner_.lanes().by_session(id);
  if (closing != nullptr && closing->closing &&
      may_see(caller, closing->session->client_id, closing->session->principal, connections_)) {
    return runner_.close(*closing, mode, "ended by its client", std::move(done));
  }
  const auto lane = use(caller, id);
  if (!lane) return done(core::fail(lane.error()));
  runner_.close(**lane, mode, "ended by its client", std::move(done));
}

}  // namespace berth::execution
