#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/mcp/simple_events.h"
#include "service/core/identity.h"
#include "service/core/json_scan.h"
#include "service/mcp/peer.h"

namespace berth::api_mcp {

/// The simple protocol of `/ws` behind its hello: `list_tools` and `call_tool` as one JSON object a
/// message, translated to MCP and back, so that it has MCP's tools, bounds and cancellation; and
/// `subscribe_events` (simple_events.h).
/// Knows nothing of sockets. Loop thread; owned by a shared_ptr.
class SimpleProtocol : public std::enable_shared_from_this<SimpleProtocol> {
 public:
  using Socket = SimpleEvents::Socket;

  /// `peer` must be new; both must outlive it. A message to the socket may destroy the protocol and
  /// its peer.
  SimpleProtocol(mcp::Peer& peer, core::EventFeeds& feeds, Socket socket);
  SimpleProtocol(const SimpleProtocol&) = delete;
  SimpleProtocol& operator=(const SimpleProtocol&) = delete;

  void receive(std::string_view text, const core::Caller& caller);
  void socket_idle() { events_.socket_idle(); }

 private:
  struct Listing;

  void call_tool(const core::JsonObject& message, const mcp::MessageId& id,
                 const core::Caller& caller);
  void subscribe_events(const core::JsonObject& message, const std::optional<mcp::MessageId>& id,
                        const core::Caller& caller);
  void list_tools(const std::shared_ptr<Listing>& listing, std::string_view cursor);
  void take_page(const std::shared_ptr<Listing>& listing, const mcp::Outgoing& outgoing);
  void answer(const mcp::MessageId& id, const mcp::Outgoing& outgoing);
  void refuse(const std::optional<mcp::MessageId>& id, std::string_view code,
              std::string_view message);

  mcp::Peer& peer_;
  Socket socket_;
  SimpleEvents events_;
};

}  // namespace berth::api_mcp
