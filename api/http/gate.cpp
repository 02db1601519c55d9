#include "api/http/gate.h"

#include <fmt/format.h>

#include "api/http/syntax.h"
#include "service/core/text.h"

namespace berth::http {
namespace {

using core::ErrorCode;

constexpr std::size_t kMaxClientId = 128;
constexpr std::string_view kBearer = "Bearer ";

tl::unexpected<Refusal> refuse_unauthenticated(std::string message, std::string_view challenge) {
  return refuse(RefusalReason::unauthenticated, 401, ErrorCode::unauthenticated, std::move(message),
                {{"WWW-Authenticate", std::string(challenge)}});
}

}  // namespace

Accepted<void> Gate::check_origin(const Head& head, const Peer& peer) const {
  if (const auto host = field(*head.message, "Host"); host && !peer.local) {
    const auto name = host_of_authority(*host);
    if (!name) return refuse_malformed("Host must be a name or an address, and a port");
    if (!policy_.host_allowed(*name)) {
      return refuse(RefusalReason::host, 403, ErrorCode::permission_denied,
                    fmt::format("This service does not answer to the name {}", *name));
    }
  }
  if (const auto origin = field(*head.message, "Origin");
      origin && !policy_.origin_allowed(*origin)) {
    return refuse(RefusalReason::origin, 403, ErrorCode::permission_denied,
                  "Pages of this origin may not call the service");
  }
  return {};
}

Accepted<std::optional<core::Identity>> Gate::identify(const Head& head, const Peer& peer,
                                                       Access access) const {
  const bool required = access != Access::open;
  if (const auto credentials = field(*head.message, "Authorization")) {
    const bool bearer = credentials->size() > kBearer.size() &&
                        equal_ignoring_case(credentials->substr(0, kBearer.size()), kBearer);
    std::optional<core::Identity> identity;
    if (bearer) identity = authenticator_.by_token(trim(credentials->substr(kBearer.size())));
    if (!identity && required) {
      return refuse_unauthenticated("The token is not valid",
                                    R"(Bearer realm="berth", error="invalid_token")");
    }
    return identity;
  }
  if (peer.identity) {
    auto identity = authenticator_.by_uid(peer.identity->uid);
    if (!identity && required) {
      return refuse(RefusalReason::forbidden, 403, ErrorCode::permission_denied,
                    fmt::format("The user {} has no right here", peer.identity->uid));
    }
    return identity;
  }
  if (required) {
    return refuse_unauthenticated("This needs a token: Authorization: Bearer …",
                                  R"(Bearer realm="berth")");
  }
  return std::nullopt;
}

Accepted<core::Caller> Gate::admit(const Head& head, const Peer& peer, Access access) const {
  auto identity = identify(head, peer, access);
  if (!identity) return tl::unexpected(identity.error());
  if (access == Access::admin && (*identity)->scope != core::Scope::admin) {
    return refuse(RefusalReason::forbidden, 403, ErrorCode::permission_denied,
                  "This needs admin rights");
  }
  core::Caller caller;
  caller.identity = identity->value_or(core::Identity{});
  caller.client_id = caller.identity.principal;
  caller.connection_id = peer.connection_id;
  caller.correlation_id = correlation_id_of(head);
  if (const auto client = field(*head.message, "Berth-Client-Id")) {
    if (!is_client_id(*client)) {
      return refuse_malformed(
          fmt::format("Berth-Client-Id must be a token of at most {} characters", kMaxClientId));
    }
    // Who has shown no credentials owns nothing, whatever it calls itself.
    if (*identity) caller.client_id = *client;
  }
  if (const auto cwd = field(*head.message, "Berth-Cwd")) {
    if (!core::percent_decode(*cwd, caller.cwd) || !core::is_valid_utf8(caller.cwd) ||
        caller.cwd.find('\0') != std::string::npos) {
      return refuse_malformed("Berth-Cwd must be a percent-encoded path in UTF-8");
    }
  }
  return caller;
}

bool is_client_id(std::string_view text) {
  return is_token(text) && text.size() <= kMaxClientId;
}

core::CorrelationId correlation_id_of(const Head& head) {
  if (const auto given = field(*head.message, "Berth-Correlation-Id")) {
    if (auto id = core::CorrelationId::parse(*given, "Berth-Correlation-Id")) return *id;
  }
  return core::CorrelationId::make();
}

}  // namespace berth::http
