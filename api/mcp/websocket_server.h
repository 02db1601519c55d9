#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "api/http/router.h"
#include "api/mcp/websocket.h"
#include "service/core/connections.h"
#include "service/core/event_feed.h"
#include "service/core/identity.h"
#include "service/core/json_scan.h"
#include "service/mcp/server.h"

namespace berth::api_mcp {

/// `GET /ws`: WebSockets that speak MCP, one message a frame, or the simple protocol.
///   - Subprotocol `mcp`: MCP of both eras; credentials come with the upgrade.
///   - None: the first message decides. `{"op":"hello","token":…}` begins the simple protocol
///     (simple_protocol.h); its token, if it has one, is the credentials: a page can't set headers.
///     A message of MCP begins MCP if credentials came with the upgrade. Anything else closes it.
/// A socket is a connection in the list from then on; killing it cancels what is in flight, losing
/// it does not. Loop thread.
class WebSocketServer {
 public:
  /// All must outlive it. The connection list must be told to close them before it is destroyed.
  WebSocketServer(loop::Loop& loop, const mcp::Server& server, core::Connections& connections,
                  core::EventFeeds& feeds, core::Authenticator& authenticator,
                  WebSocketLimits limits = {});
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  void add_routes(http::Router& router);

  /// Closes every socket with 1001 after what is to be said; calls are not cancelled. To be called
  /// before the connection list kills what is left.
  void stop(const std::string& reason);

  /// Sockets that are open or closing.
  std::size_t size() const { return clients_.size(); }

 private:
  struct Client;

  void open(const std::shared_ptr<http::Exchange>& exchange);
  bool has_room(bool known) const;
  void take(Client& client, std::string_view text);
  void take_first(Client& client, std::string_view text);
  void greet(Client& client, const core::JsonObject& hello);
  void attach(Client& client);
  void detach(Client& client, const std::string& reason);
  void kill(const core::ConnectionId& id, const std::string& reason);

  loop::Loop& loop_;
  const mcp::Server& server_;
  core::Connections& connections_;
  core::EventFeeds& feeds_;
  core::Authenticator& authenticator_;
  const WebSocketLimits limits_;
  std::set<std::shared_ptr<Client>> clients_;
};

}  // namespace berth::api_mcp
