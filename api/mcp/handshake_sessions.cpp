#include "api/mcp/handshake_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace berth::api_mcp {

void HandshakeSessions::Session::open_stream(const std::shared_ptr<Answer>& answer) {
  // A client opens a second one when it holds its first for dead.
  end_stream();
  stream_ = answer;
  answer->stream_by([this] { return streams.for_listening(peer.handshake()); });
  answer->expect_response();  // the stream as a whole
  answer->on_abandoned([this] { stream_.reset(); });
  answer->open_stream();
  // Nobody knows what a stream before it has taken along.
  if (stream_ == answer) peer.repeat_notifications();
}

void HandshakeSessions::Session::tell(mcp::Outgoing outgoing) const {
  // Without a stream nothing is kept: the next one begins with all that is subscribed.
  const auto stream = stream_;
  if (stream) stream->reply()(std::move(outgoing));
}

void HandshakeSessions::Session::end_stream() {
  if (const auto stream = std::exchange(stream_, nullptr)) stream->reply()({});
}

HandshakeSessions::HandshakeSessions(loop::Loop& loop, const mcp::Server& server,
                                     core::Connections& connections, const core::Clock& clock,
                                     HandshakeLimits limits)
    : loop_(loop),
      server_(server),
      connections_(connections),
      clock_(clock),
      limits_(limits),
      sweep_(loop) {
  const auto every = std::max(limits_.idle / 10, std::chrono::milliseconds(10));
  sweep_.start_repeating(every, [this] { expire(); });
}

HandshakeSessions::~HandshakeSessions() = default;

core::Result<HandshakeSessions::Session*> HandshakeSessions::start(const core::Caller& caller,
                                                                   const std::string& peer) {
  if (sessions_.size() >= limits_.sessions) {
    core::Error full{core::ErrorCode::limit_exceeded,
                     fmt::format("{} MCP sessions are open", sessions_.size()),
                     {},
                     std::chrono::milliseconds(10'000)};
    return core::fail(std::move(full));
  }
  core::ConnectionRecord record = core::new_connection("mcp_session", caller, peer);
  const core::ConnectionId id = record.id;
  auto session =
      std::make_unique<Session>(loop_, id, caller.identity.principal, server_, clock_.instant());
  Session* started = session.get();
  sessions_.emplace(id.str(), std::move(session));
  connections_.opened(std::move(record),
                      [this, id](const std::string& reason) { end(id, reason); });
  return started;
}

HandshakeSessions::Session* HandshakeSessions::find(std::string_view id,
                                                    const core::Caller& caller) {
  const auto found = sessions_.find(std::string(id));
  if (found == sessions_.end() || found->second->principal != caller.identity.principal) {
    return nullptr;
  }
  found->second->used_at = clock_.instant();
  return found->second.get();
}

void HandshakeSessions::end(const core::ConnectionId& id, const std::string& reason) {
  const auto node = sessions_.extract(id.str());
  if (node.empty()) return;
  node.mapped()->peer.cancel_all(reason);
  connections_.closed(id, reason);
}

void HandshakeSessions::describe(const Session& session) {
  const mcp::ClientInfo& client = session.peer.client();
  const auto revision = session.peer.handshake();
  connections_.described(session.id, client.name, client.version,
                         std::string(revision ? mcp::to_string(*revision) : ""));
}

void HandshakeSessions::expire() {
  const core::Instant now = clock_.instant();
  std::vector<core::ConnectionId> idle;
  for (const auto& [id, session] : sessions_) {
    session->streams.forget();
    if (session->peer.in_flight() > 0 || session->has_stream()) {
      session->used_at = now;
    } else if (now - session->used_at >= limits_.idle) {
      idle.push_back(session->id);
    }
  }
  for (const auto& id : idle) end(id, "idle");
}

}  // namespace berth::api_mcp
