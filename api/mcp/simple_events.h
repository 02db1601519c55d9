#pragma once

#include <functional>
#include <memory>
#include <string>

#include "service/core/error.h"
#include "service/core/event_feed.h"
#include "service/core/identity.h"
#include "service/core/json_scan.h"

namespace berth::api_mcp {

/// `subscribe_events` of the simple protocol: one subscription a socket, a second takes its place.
/// The next events are fetched once the socket has taken the last. Loop thread.
class SimpleEvents {
 public:
  struct Socket {
    /// Takes one message; it may destroy this object.
    std::function<void(const std::string& message)> send;
    /// Whether the client has been sent everything.
    std::function<bool()> is_idle;
  };

  /// `feeds` must outlive it.
  SimpleEvents(core::EventFeeds& feeds, Socket socket)
      : feeds_(feeds), socket_(std::move(socket)) {}

  /// invalid_argument naming the member of `message` that is wrong.
  core::Result<void> subscribe(const core::JsonObject& message, const core::Caller& caller);
  /// The socket has become idle.
  void socket_idle();

 private:
  void take(const std::string& lines);

  core::EventFeeds& feeds_;
  Socket socket_;
  std::unique_ptr<core::EventFeed> feed_;
  bool taking_ = false;  // a piece is not sent yet
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace berth::api_mcp
