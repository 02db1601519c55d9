#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/ids.h"

namespace berth::core {

enum class Scope { client, admin };

std::string_view to_string(Scope scope);

/// Who sent a request, once the front has checked it.
struct Identity {
  std::string principal;  ///< `uid:1000` or `token:client`
  Scope scope = Scope::client;
};

/// Decides who may come in. Core loop; both calls answer from memory and never block.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// A bearer token. Nothing if it is unknown, expired or revoked.
  virtual std::optional<Identity> by_token(std::string_view token) = 0;
  /// The process at the other end of a local socket. Nothing if that user has no right here.
  virtual std::optional<Identity> by_uid(std::uint32_t uid) = 0;
};

/// Everything a call carries about who makes it and from where.
struct Caller {
  Identity identity;
  std::string client_id;  ///< `Berth-Client-Id`, else the principal: owns what the call makes
  ConnectionId connection_id;
  CorrelationId correlation_id;
  std::string cwd;  ///< `Berth-Cwd`: default directory; empty = the agent's home
  /// Set by a bridge link: the same client and key is the same call, sent again after a reconnect.
  std::string link_key;
};

}  // namespace berth::core
