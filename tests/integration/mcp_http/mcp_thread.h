#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "api/http/front.h"
#include "api/mcp/http_binding.h"
#include "api/mcp/link_server.h"
#include "api/mcp/websocket_server.h"
#include "service/core/connections.h"
#include "tests/integration/front/front_thread.h"
#include "tests/support/scripted_feeds.h"
#include "tests/support/sign_for_tests.h"

namespace berth::test {

/// Remembers who is attached.
class RecordingConnections final : public core::Connections {
 public:
  core::ConnectionId opened(core::ConnectionRecord record,
                            std::function<void(const std::string&)> kill) override;
  void described(const core::ConnectionId& id, const std::string& client_name,
                 const std::string& client_version, const std::string& protocol_version) override;
  void closed(const core::ConnectionId& id, const std::string& reason) override;
  bool is_connected(const std::string& client_id) const override;
  std::vector<core::ConnectionRecord> open_connections() const override;

  void kill_all(const std::string& reason);
  std::vector<std::string> close_reasons;

 private:
  struct Open {
    core::ConnectionRecord record;
    std::function<void(const std::string&)> kill;
  };
  std::map<core::ConnectionId, Open> open_;
};

/// MCP over a real front, on a loop of its own thread, with two tools: `echo` answers its `text`,
/// `wait` stays open until the test ends it.
class McpThread {
 public:
  struct OpenCall {
    mcp::CallContext context;
    mcp::ToolDone done;
  };

  explicit McpThread(api_mcp::HandshakeLimits handshake = {}, api_mcp::LinkLimits link = {},
                     api_mcp::WebSocketLimits websocket = {});
  ~McpThread();
  McpThread(const McpThread&) = delete;
  McpThread& operator=(const McpThread&) = delete;

  SocketClient connect() const { return SocketClient::tcp(port_); }
  std::uint16_t port() const { return port_; }

  /// Everything below is touched on the loop's thread only.
  struct World {
    World(McpThread& thread, api_mcp::HandshakeLimits handshake, api_mcp::LinkLimits link,
          api_mcp::WebSocketLimits websocket);
    loop::Loop loop;
    http::Front front;
    mcp::ToolSet tools;
    core::SystemClock clock;
    mcp::Server server;
    RecordingConnections connections;
    std::vector<OpenCall> calls;
    support::ScriptedFeeds feeds;
    api_mcp::HttpBinding http;
    api_mcp::LinkServer links;
    api_mcp::WebSocketServer websockets;
  };
  void on_loop(const std::function<void(World&)>& work);
  /// Waits until `condition`, asked on the loop's thread after each of its turns, holds.
  bool wait_until(const std::function<bool(World&)>& condition);
  bool wait_for_calls(std::size_t count) {
    return wait_until([count](World& world) { return world.calls.size() >= count; });
  }
  void finish(std::size_t call, const std::string& text);

 private:
  friend struct World;
  FixedAuthenticator authenticator_;
  World* world_ = nullptr;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// `POST /mcp` with a client's token and media types.
std::string post_mcp(const std::string& body, const std::string& fields = {});

}  // namespace berth::test
