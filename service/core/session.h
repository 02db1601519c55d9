#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "service/core/ids.h"
#include "service/core/time.h"

namespace berth::core {

enum class SessionState { starting, ready, busy, restarting, ended };

std::string_view to_string(SessionState state);
std::optional<SessionState> parse_session_state(std::string_view text);
std::span<const std::string_view> session_states();
std::span<const std::string_view> connection_states();  ///< `open`, `closed`

/// A live shell with its own working directory and environment, as it is stored.
struct SessionRecord {
  SessionId id;
  HostId host_id;  ///< the host that holds its terminal
  std::string client_id;
  std::string principal;
  std::string name;
  std::string shell;
  std::string cwd;   ///< the directory as of the last command
  bool tty = false;  ///< its commands run on a pseudo-terminal, of this size
  int rows = 24;
  int cols = 80;
  std::string request_key;
  std::string link_key;
  CorrelationId correlation_id;
  SessionState state = SessionState::starting;
  std::string end_reason;
  Timestamp created_at{};
  Timestamp used_at{};
  std::optional<Timestamp> ended_at;
};

/// One terminal host process, as it is stored, so that a restarted service finds it again.
struct HostRecord {
  HostId id;
  SessionId session_id;  ///< none: it holds one command's own terminal
  std::string shell;
  std::int64_t journal_seq = 0;  ///< last journal record whose effect is committed
  Timestamp created_at{};
  std::optional<Timestamp> ended_at;
};

/// A client's attachment to the service.
struct ConnectionRecord {
  ConnectionId id;
  std::string kind;  ///< `bridge`, `mcp_session`, `websocket`
  std::string client_id;
  std::string principal;
  std::string scope;  ///< `admin`, `client`
  std::string peer;   ///< address, or uid and pid on a Unix socket
  std::string client_name;
  std::string client_version;
  std::string protocol_version;
  Timestamp opened_at{};
  std::optional<Timestamp> closed_at;
  std::string close_reason;
};

}  // namespace berth::core
