#include "service/core/connections.h"

#include <utility>

namespace berth::core {

ConnectionRecord new_connection(std::string kind, const Caller& caller, std::string peer) {
  ConnectionRecord record;
  record.id = ConnectionId::make();
  record.kind = std::move(kind);
  record.client_id = caller.client_id;
  record.principal = caller.identity.principal;
  record.scope = to_string(caller.identity.scope);
  record.peer = std::move(peer);
  return record;
}

}  // namespace berth::core
