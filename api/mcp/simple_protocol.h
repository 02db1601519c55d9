#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/identity.h"
#include "service/core/json_scan.h"
#include "service/mcp/peer.h"

namespace berth::api_mcp {

/// The simple protocol of `/ws` behind its hello: `list_tools` and `call_tool` as one JSON object a
/// message, translated to MCP and back, so that it has MCP's tools, bounds and cancellation.
/// Knows nothing of sockets. Loop thread; owned by a shared_ptr.
class SimpleProtocol : public std::enable_shared_from_this<SimpleProtocol> {
 public:
  /// Takes one message for the client. It may destroy the protocol and its peer.
  using Send = std::function<void(const std::string& message)>;

  /// `peer` must be new and outlive it.
  SimpleProtocol(mcp::Peer& peer, Send send);
  SimpleProtocol(const SimpleProtocol&) = delete;
  SimpleProtocol& operator=(const SimpleProtocol&) = delete;

  void receive(std::string_view text, const core::Caller& caller);

 private:
  struct Listing;

  void call_tool(const core::JsonObject& message, const mcp::MessageId& id,
                 const core::Caller& caller);
  void list_tools(const std::shared_ptr<Listing>& listing, std::string_view cursor);
  void take_page(const std::shared_ptr<Listing>& listing, const mcp::Outgoing& outgoing);
  void answer(const mcp::MessageId& id, const mcp::Outgoing& outgoing);
  void refuse(const std::optional<mcp::MessageId>& id, std::string_view code,
              std::string_view message);

  mcp::Peer& peer_;
  Send send_;
};

}  // namespace berth::api_mcp
