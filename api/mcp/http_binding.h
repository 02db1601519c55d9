#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "api/http/exchange.h"
#include "api/http/router.h"
#include "api/mcp/answer.h"
#include "api/mcp/handshake_sessions.h"
#include "service/mcp/peer.h"
#include "service/mcp/server.h"

namespace berth::api_mcp {

/// MCP over Streamable HTTP on `/mcp`, both eras. A modern POST is a peer of its own, and closing
/// it cancels what it asked for; in the handshake revisions a POST belongs to a session, and a lost
/// connection is no cancellation. A session's changes of resources go over its GET stream; the
/// modern era has none. Loop thread.
class HttpBinding {
 public:
  static constexpr std::size_t kMaxMessageBytes = 32U << 20U;

  /// All must outlive it.
  HttpBinding(loop::Loop& loop, const mcp::Server& server, core::Connections& connections,
              const core::Clock& clock, HandshakeLimits limits = {});

  void add_routes(http::Router& router);

  /// Ends what modern clients listen to with a result, so that they know that the service did it.
  void stop();

 private:
  using Exchange = std::shared_ptr<http::Exchange>;

  void post(const Exchange& exchange);
  void listen(const Exchange& exchange);
  static void resume(const Exchange& exchange, const HandshakeSessions::Session& session,
                     const std::optional<EventPosition>& position);
  void remove(const Exchange& exchange);
  void modern(const Exchange& exchange, const mcp::Message& message);
  void initialize(const Exchange& exchange, const mcp::Message& message);
  void in_session(const Exchange& exchange, const mcp::Message* message);
  HandshakeSessions::Session* session_of(const Exchange& exchange,
                                         const std::optional<mcp::MessageId>& id);

  loop::Loop& loop_;
  const mcp::Server& server_;
  HandshakeSessions sessions_;
  std::unordered_map<std::uint64_t, std::unique_ptr<mcp::Peer>> exchanges_;  // modern, in flight
  std::uint64_t next_exchange_ = 1;
};

}  // namespace berth::api_mcp
