#pragma once

#include <optional>
#include <string>

#include "api/http/head_parser.h"
#include "api/http/host_policy.h"
#include "api/http/refusal.h"
#include "api/http/router.h"
#include "service/core/identity.h"
#include "service/platform/peer.h"

namespace berth::http {

/// The other end of a connection.
struct Peer {
  core::ConnectionId connection_id;
  std::optional<platform::PeerIdentity> identity;  ///< Unix socket only
  bool local = false;
  std::string text;  ///< for people and logs
};

/// Decides from the head alone, before a byte of the body is taken, whether a request comes in and
/// for whom it acts.
class Gate {
 public:
  Gate(HostPolicy policy, core::Authenticator& authenticator)
      : policy_(std::move(policy)), authenticator_(authenticator) {}

  HostPolicy& policy() { return policy_; }

  /// 403 for a Host that is not ours (TCP only; HTTP/1.0 may have none: no browser sends that) and
  /// for an Origin that is not in the list; 400 for a Host that is not `name[:port]`.
  Accepted<void> check_origin(const Head& head, const Peer& peer) const;

  /// A bearer token, else on a Unix socket the peer's user. A token that is wrong is not made good
  /// by the socket it came over. 401, or 403 for someone known who may not.
  Accepted<core::Caller> admit(const Head& head, const Peer& peer, Access access) const;

 private:
  Accepted<std::optional<core::Identity>> identify(const Head& head, const Peer& peer,
                                                   Access access) const;

  HostPolicy policy_;
  core::Authenticator& authenticator_;
};

/// Whether a client may call itself that (`Berth-Client-Id`).
bool is_client_id(std::string_view text);

/// The request's own correlation id if it sent a valid one, else a new one.
core::CorrelationId correlation_id_of(const Head& head);

}  // namespace berth::http
