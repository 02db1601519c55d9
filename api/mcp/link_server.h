#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/http/router.h"
#include "api/mcp/link.h"
#include "api/mcp/link_client.h"
#include "service/core/connections.h"
#include "service/core/time.h"
#include "service/mcp/server.h"

namespace berth::api_mcp {

/// The service's side of all bridges: `GET /bridge` with `Upgrade: berth-bridge/1`
/// (service/net/link_frame.h). A bridge's state outlives its link, so that a link that breaks costs
/// its client nothing; calls go on meanwhile. A link is a connection of its own in the connection
/// list; killing it cancels what is in flight and sends the bridge away. Loop thread.
class LinkServer {
 public:
  /// All must outlive it. The connection list must be told to close them before it is destroyed.
  LinkServer(loop::Loop& loop, const mcp::Server& server, core::Connections& connections,
             const core::Clock& clock, LinkLimits limits = {});
  ~LinkServer();
  LinkServer(const LinkServer&) = delete;
  LinkServer& operator=(const LinkServer&) = delete;

  void add_routes(http::Router& router);

  /// Says goodbye to every bridge and lets it come back by itself; calls are not cancelled. To be
  /// called before the connection list kills what is left, which would send bridges away for good.
  void stop(const std::string& reason);

  /// Bridges whose state is kept, linked or not.
  std::size_t clients() const { return clients_.size(); }

 private:
  /// One link and whose it is.
  struct Attachment {
    std::shared_ptr<Link> link;
    core::Caller caller;
    std::string peer;
    LinkClient* client = nullptr;  ///< none before its hello and after its end
    std::uint64_t acknowledged = 0;
    std::unique_ptr<loop::Timer> acknowledge_timer;
  };
  /// One bridge, linked or not.
  struct Client {
    Client(const mcp::Server& server, const LinkLimits& limits)
        : state(server, limits.unacknowledged_bytes) {}

    LinkClient state;
    Attachment* attachment = nullptr;
    core::Instant left_at{};
  };

  void open(const std::shared_ptr<http::Exchange>& exchange);
  void greet(Attachment& attachment, const net::LinkHello& hello);
  /// The client whose conversation goes on, or a new one. Null if there are too many.
  Client* resume_or_begin(const Attachment& attachment, const net::LinkHello& hello, bool& resumed);
  void attach(Attachment& attachment, Client& client);
  void take(Attachment& attachment, std::uint64_t number, std::string_view message);
  void after_batch(Attachment& attachment);
  static void write(Attachment& attachment, std::string frames);
  void ended(Attachment& attachment, const std::string& reason, bool said);
  void kill(const core::ConnectionId& id, const std::string& reason);
  void detach(Attachment& attachment, const std::string& reason);
  bool make_room();
  void expire();

  loop::Loop& loop_;
  const mcp::Server& server_;
  core::Connections& connections_;
  const core::Clock& clock_;
  const LinkLimits limits_;
  const std::string epoch_;
  loop::Timer sweep_;
  std::map<std::string, std::unique_ptr<Client>> clients_;  // by principal and client id
  std::map<Attachment*, std::unique_ptr<Attachment>> attachments_;
};

}  // namespace berth::api_mcp
