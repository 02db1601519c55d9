#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/mcp/peer.h"

namespace berth::api_mcp {

/// What the service keeps of one bridge, with or without a link: the MCP peer, the number of the
/// last message it took, and its own messages that the bridge has not acknowledged. The service
/// side of berth-bridge/1 (service/net/link_frame.h) without sockets. Loop thread.
class LinkClient {
 public:
  /// Where messages go while there is a link.
  struct Sink {
    std::function<void(std::string frames)> write;
    std::function<void()> overflowed;  ///< once
  };

  /// With more than `max_unacknowledged` bytes of messages a bridge is forgotten: when it comes
  /// back it asks again for what it still waits for, and finds its jobs by their link keys.
  LinkClient(const mcp::Server& server, std::size_t max_unacknowledged)
      : max_unacknowledged_(max_unacknowledged), peer_(server) {
    peer_.on_notification([this](mcp::Outgoing outgoing) { take(std::move(outgoing)); });
  }
  LinkClient(const LinkClient&) = delete;
  LinkClient& operator=(const LinkClient&) = delete;

  /// From now on messages go to `sink`, first those the bridge has not acknowledged.
  void attach(Sink sink);
  /// Messages are kept until the next attach(), of equal idempotent ones one.
  void detach() { sink_.reset(); }

  /// A message from the bridge; one that it sent before is ignored. `caller` gets its link key.
  void receive(std::uint64_t number, std::string_view message, core::Caller caller);
  /// The bridge has everything up to this number. Error if it was never sent.
  core::Result<void> acknowledge(std::uint64_t number);

  std::uint64_t received() const { return received_; }
  /// Too much is unacknowledged: the state is not complete any more.
  bool overflowed() const { return overflowed_; }
  mcp::Peer& peer() { return peer_; }

 private:
  struct Sent {
    std::uint64_t number = 0;
    std::string message;
  };

  void take(mcp::Outgoing outgoing);
  void send(std::string message);

  const std::size_t max_unacknowledged_;
  std::uint64_t received_ = 0;
  std::uint64_t last_sent_ = 0;
  std::deque<Sent> unacknowledged_;
  std::size_t unacknowledged_bytes_ = 0;
  std::unordered_set<std::string> said_unlinked_;  // idempotent ones, since the link went
  bool overflowed_ = false;
  std::shared_ptr<const Sink> sink_;  // shared: it may be detached from within its own call
  mcp::Peer peer_;                    // last: its replies go through the members above
};

}  // namespace berth::api_mcp
