#include "api/mcp/websocket_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/http/gate.h"
#include "api/http/problem.h"
#include "api/http/websocket_upgrade.h"
#include "api/mcp/simple_protocol.h"
#include "service/core/ids.h"
#include "service/core/json.h"
#include "service/mcp/peer.h"

namespace berth::api_mcp {
namespace {

using net::CloseCode;

const std::string kMcp = "mcp";

bool is_known(const core::Caller& caller) {
  return !caller.identity.principal.empty();
}

http::Response unauthenticated(const core::CorrelationId& correlation_id) {
  const core::Error error{core::ErrorCode::unauthenticated,
                          "This needs a token that is valid: Authorization: Bearer …",
                          {},
                          {}};
  return http::problem(error, correlation_id).with("WWW-Authenticate", R"(Bearer realm="berth")");
}

}  // namespace

/// One socket and whose it is. Calls in flight hold it weakly: their answers go with it.
struct WebSocketServer::Client : std::enable_shared_from_this<Client> {
  Client(loop::Loop& loop, const mcp::Server& server) : hello_timer(loop), peer(server) {}

  core::Caller caller;
  std::string client_id;  ///< `Berth-Client-Id`, which counts once the credentials are there
  std::string address;
  bool attached = false;  ///< in the connection list
  std::shared_ptr<WebSocket> socket;
  loop::Timer hello_timer;
  mcp::Peer peer;
  std::shared_ptr<SimpleProtocol> simple;  ///< null: MCP, or not decided yet
};

WebSocketServer::WebSocketServer(loop::Loop& loop, const mcp::Server& server,
                                 core::Connections& connections, core::EventFeeds& feeds,
                                 core::Authenticator& authenticator, WebSocketLimits limits)
    : loop_(loop),
      server_(server),
      connections_(connections),
      feeds_(feeds),
      authenticator_(authenticator),
      limits_(limits) {}

WebSocketServer::~WebSocketServer() = default;

void WebSocketServer::add_routes(http::Router& router) {
  http::RouteOptions options;
  options.access = http::Access::open;  // the hello may bring the credentials
  router.add(http::Method::get, "/ws", options,
             [this](const std::shared_ptr<http::Exchange>& exchange) { open(exchange); });
}

void WebSocketServer::open(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  if (auto refused = http::refuse_websocket(request)) return exchange->respond(std::move(*refused));
  const bool mcp = http::offers_subprotocol(request, kMcp);
  const bool known = is_known(exchange->caller());
  if (!known && (mcp || request.header("Authorization"))) {
    return exchange->respond(unauthenticated(exchange->caller().correlation_id));
  }
  if (!has_room(known)) {
    return exchange->fail({core::ErrorCode::limit_exceeded,
                           "Too many WebSockets are open",
                           {},
                           std::chrono::milliseconds(10'000)});
  }
  const auto client = std::make_shared<Client>(loop_, server_);
  client->caller = exchange->caller();
  client->client_id = request.header("Berth-Client-Id").value_or("");
  client->address = request.peer;
  auto upgraded = exchange->upgrade(http::websocket_headers(request, mcp ? kMcp : ""));
  if (!upgraded) return;
  clients_.insert(client);
  WebSocket::Events events;
  events.message = [this, weak = std::weak_ptr(client)](std::string_view text) {
    if (const auto it = weak.lock()) take(*it, text);
  };
  events.ended = [this, weak = std::weak_ptr(client)](const std::string& reason) {
    const auto it = weak.lock();
    if (!it) return;
    clients_.erase(it);
    detach(*it, reason);
  };
  events.idle = [weak = std::weak_ptr(client)] {
    const auto it = weak.lock();
    if (it && it->simple) it->simple->socket_idle();
  };
  client->socket =
      std::make_shared<WebSocket>(loop_, std::move(*upgraded), limits_, std::move(events));
  if (mcp) {
    attach(*client);
  } else {
    client->hello_timer.start(limits_.hello, [it = client.get()] {
      it->socket->close(CloseCode::policy_violation, "no hello in time");
    });
  }
  client->socket->start(known ? limits_.message_bytes : limits_.hello_bytes);
}

/// Strangers can't take the places of those who have shown credentials.
bool WebSocketServer::has_room(bool known) const {
  const auto strangers = static_cast<std::size_t>(std::ranges::count_if(
      clients_, [](const auto& client) { return !is_known(client->caller); }));
  return clients_.size() - strangers < limits_.connections &&
         (known || strangers < limits_.strangers);
}

void WebSocketServer::take(Client& client, std::string_view text) {
  if (!client.attached) return take_first(client, text);
  core::Caller caller = client.caller;
  caller.correlation_id = core::CorrelationId::make();
  if (client.simple) return client.simple->receive(text, caller);
  client.peer.receive(text, caller,
                      [weak = client.weak_from_this()](const mcp::Outgoing& outgoing) {
                        const auto it = weak.lock();
                        if (it && outgoing.kind != mcp::Outgoing::Kind::nothing)
                          it->socket->send(outgoing.text);
                      });
  if (!client.attached) return;  // the answer was its last
  const auto revision = client.peer.latest_revision();
  const mcp::ClientInfo& info = client.peer.client();
  connections_.described(client.caller.connection_id, info.name, info.version,
                         std::string(revision ? mcp::to_string(*revision) : ""));
}

void WebSocketServer::take_first(Client& client, std::string_view text) {
  const auto message = core::scan_object(text);
  if (message && message->string("op") == "hello") return greet(client, *message);
  if (message && message->has("jsonrpc") && is_known(client.caller)) {
    attach(client);
    return take(client, text);
  }
  client.socket->close(CloseCode::policy_violation, "the first message must be a hello");
}

void WebSocketServer::greet(Client& client, const core::JsonObject& hello) {
  const auto refuse = [&](const std::string& why) {
    client.socket->close(CloseCode::policy_violation, why);
  };
  // A token that is wrong is not made good by credentials that came with the upgrade.
  if (hello.has("token")) {
    const auto identity = authenticator_.by_token(hello.string("token").value_or(""));
    if (!identity) return refuse("the token is not valid");
    client.caller.identity = *identity;
  } else if (!is_known(client.caller)) {
    return refuse("hello needs a token");
  }
  if (hello.has("client_id")) {
    client.client_id = hello.string("client_id").value_or("");
    if (!http::is_client_id(client.client_id)) return refuse("client_id is not valid");
  }
  client.caller.client_id =
      client.client_id.empty() ? client.caller.identity.principal : client.client_id;
  const std::weak_ptr<WebSocket> socket = client.socket;
  client.simple =
      std::make_shared<SimpleProtocol>(client.peer, feeds_,
                                       SimpleProtocol::Socket{[socket](const std::string& text) {
                                                                if (const auto it = socket.lock())
                                                                  it->send(text);
                                                              },
                                                              [socket] {
                                                                const auto it = socket.lock();
                                                                return it && it->is_idle();
                                                              }});
  attach(client);
  connections_.described(client.caller.connection_id, "", "", "simple");
  core::JsonWriter json;
  json.begin_object().member("op", "hello").member("ok", true);
  json.member("connection_id", client.caller.connection_id).end_object();
  client.socket->send(json.view());
}

void WebSocketServer::attach(Client& client) {
  client.hello_timer.cancel();
  client.socket->set_longest_message(limits_.message_bytes);
  core::ConnectionRecord record = core::new_connection("websocket", client.caller, client.address);
  const core::ConnectionId id = record.id;
  client.caller.connection_id = id;
  client.attached = true;
  client.peer.on_notification(
      [socket = std::weak_ptr(client.socket)](const mcp::Outgoing& outgoing) {
        if (const auto it = socket.lock()) it->send(outgoing.text);
      });
  connections_.opened(std::move(record),
                      [this, id](const std::string& reason) { kill(id, reason); });
}

void WebSocketServer::detach(Client& client, const std::string& reason) {
  client.hello_timer.cancel();
  if (!std::exchange(client.attached, false)) return;
  connections_.closed(client.caller.connection_id, reason);
}

void WebSocketServer::kill(const core::ConnectionId& id, const std::string& reason) {
  const auto found = std::ranges::find_if(clients_, [&](const auto& client) {
    return client->attached && client->caller.connection_id == id;
  });
  if (found == clients_.end()) return;
  const auto client = (*found)->shared_from_this();  // it may end meanwhile
  client->peer.cancel_all(reason);
  client->socket->close(CloseCode::policy_violation, reason);
  detach(*client, reason);
}

void WebSocketServer::stop(const std::string& reason) {
  const auto clients = clients_;  // one that breaks now leaves them
  for (const auto& client : clients) {
    client->peer.end_listening();
    client->socket->close(CloseCode::going_away, reason);
    detach(*client, reason);
  }
}

}  // namespace berth::api_mcp
