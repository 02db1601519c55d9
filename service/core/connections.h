#pragma once

#include <functional>
#include <string>
#include <vector>

#include "service/core/identity.h"
#include "service/core/session.h"

namespace berth::core {

/// What the connection list is told of a new connection of `caller`, with an id of its own.
ConnectionRecord new_connection(std::string kind, const Caller& caller, std::string peer);

/// Who is attached to the service: bridge links, MCP sessions, WebSockets, streams. Core loop.
class Connections {
 public:
  virtual ~Connections() = default;

  /// Records a new connection (id and time are filled in if empty) and tells of it. `kill` closes
  /// it for good; it is called at most once, and must lead to closed().
  virtual ConnectionId opened(ConnectionRecord record,
                              std::function<void(const std::string& reason)> kill) = 0;
  /// What a client says of itself comes after the connection is open (`initialize`).
  virtual void described(const ConnectionId& id, const std::string& client_name,
                         const std::string& client_version,
                         const std::string& protocol_version) = 0;
  virtual void closed(const ConnectionId& id, const std::string& reason) = 0;

  virtual bool is_connected(const std::string& client_id) const = 0;
  virtual std::vector<ConnectionRecord> open_connections() const = 0;
};

}  // namespace berth::core
