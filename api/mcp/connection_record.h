#pragma once

#include <string>
#include <utility>

#include "service/core/identity.h"
#include "service/core/session.h"

namespace berth::api_mcp {

/// What the connection list is told of a new connection of `caller`, with an id of its own.
inline core::ConnectionRecord new_connection(std::string kind, const core::Caller& caller,
                                             std::string peer) {
  core::ConnectionRecord record;
  record.id = core::ConnectionId::make();
  record.kind = std::move(kind);
  record.client_id = caller.client_id;
  record.principal = caller.identity.principal;
  record.scope = core::to_string(caller.identity.scope);
  record.peer = std::move(peer);
  return record;
}

}  // namespace berth::api_mcp
