#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "api/http/refusal.h"
#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::http {

/// Counts since the front was made, but for the open connections.
struct Statistics {
  std::size_t open_connections = 0;  ///< upgraded ones too
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;                            ///< that reached a handler
  std::array<std::uint64_t, kRefusalReasons> refused{};  ///< by RefusalReason
  std::uint64_t stalled_writes = 0;                      ///< closed: the client did not read
  std::uint64_t handler_failures = 0;  ///< threw, did not answer, or set an invalid header

  std::uint64_t refused_for(RefusalReason reason) const {
    return refused[static_cast<std::size_t>(reason)];
  }
};

/// One open connection, for lists.
struct ConnectionInfo {
  core::ConnectionId id;
  std::string peer;
  bool local = false;
  core::Timestamp opened_at{};
  std::string state;  ///< `idle reading handling streaming responding closing`
  std::uint64_t requests = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;  ///< given to the socket or waiting for it
  std::string principal;         ///< of its latest request
  std::string client_id;
};

}  // namespace berth::http
