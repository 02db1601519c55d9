#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/mcp/answer.h"
#include "api/mcp/session_streams.h"
#include "service/core/connections.h"
#include "service/core/identity.h"
#include "service/core/time.h"
#include "service/loop/timer.h"
#include "service/mcp/peer.h"

namespace berth::api_mcp {

struct HandshakeLimits {
  std::size_t sessions = 1024;
  /// Without a request; one with a request in flight or a stream is not idle.
  std::chrono::milliseconds idle{3'600'000};
};

/// The MCP sessions of clients that shake hands over HTTP (revisions up to 2025-11-25), each a
/// connection whose id is its `Mcp-Session-Id`. A session is found only by the principal that
/// started it. The connection list must be told to close them
/// before this is destroyed. Loop thread.
class HandshakeSessions {
 public:
  struct Session {
    Session(loop::Loop& loop, core::ConnectionId connection, std::string owner,
            const mcp::Server& server, core::Instant now)
        : id(std::move(connection)),
          principal(std::move(owner)),
          peer(server),
          used_at(now),
          streams(loop) {
      peer.on_notification([this](mcp::Outgoing outgoing) { tell(std::move(outgoing)); });
    }
    ~Session() { end_stream(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// From now on what belongs to no request goes over `answer`, until its client closes it.
    void open_stream(const std::shared_ptr<Answer>& answer);
    bool has_stream() const { return stream_ != nullptr; }

    core::ConnectionId id;
    std::string principal;
    mcp::Peer peer;
    core::Instant used_at;
    SessionStreams streams;

   private:
    void tell(mcp::Outgoing outgoing) const;
    void end_stream();

    std::shared_ptr<Answer> stream_;
  };

  HandshakeSessions(loop::Loop& loop, const mcp::Server& server, core::Connections& connections,
                    const core::Clock& clock, HandshakeLimits limits);
  ~HandshakeSessions();
  HandshakeSessions(const HandshakeSessions&) = delete;
  HandshakeSessions& operator=(const HandshakeSessions&) = delete;

  /// limit_exceeded when there are as many as may be.
  core::Result<Session*> start(const core::Caller& caller, const std::string& peer);
  /// Null if it never was, has ended or is another's; counts as use.
  Session* find(std::string_view id, const core::Caller& caller);
  /// Cancels what is in flight.
  void end(const core::ConnectionId& id, const std::string& reason);
  /// Tells the connection list what the client said of itself.
  void describe(const Session& session);

 private:
  void expire();

  loop::Loop& loop_;
  const mcp::Server& server_;
  core::Connections& connections_;
  const core::Clock& clock_;
  HandshakeLimits limits_;
  loop::Timer sweep_;
  std::unordered_map<std::string, std::unique_ptr<Session>> sessions_;
};

}  // namespace berth::api_mcp
