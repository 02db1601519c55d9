#include "api/http/gate.h"

#include <gtest/gtest.h>

namespace berth::http {
namespace {

class FixedAuthenticator final : public core::Authenticator {
 public:
  std::optional<core::Identity> by_token(std::string_view token) override {
    if (token == "admin-token") return core::Identity{"token:admin", core::Scope::admin};
    if (token == "client-token") return core::Identity{"token:client", core::Scope::client};
    return std::nullopt;
  }
  std::optional<core::Identity> by_uid(std::uint32_t uid) override {
    if (uid == 0) return core::Identity{"uid:0", core::Scope::admin};
    if (uid == 1000) return core::Identity{"uid:1000", core::Scope::client};
    return std::nullopt;
  }
};

Head head_with(const std::string& fields, const std::string& host = "localhost") {
  const FrontLimits limits;
  auto head = parse_head("GET / HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n", limits);
  EXPECT_TRUE(head) << fields;
  return std::move(*head);
}

Peer tcp_peer() {
  return {core::ConnectionId::make(), std::nullopt, false, "127.0.0.1:1"};
}
Peer local_peer(std::uint32_t uid) {
  return {core::ConnectionId::make(), platform::PeerIdentity{uid, uid, 1}, true, "local"};
}

class GateTest : public ::testing::Test {
 protected:
  GateTest() { gate.policy().add_listener("127.0.0.1", 7420); }

  int host_status(const std::string& host, const Peer& peer = tcp_peer()) {
    const auto checked = gate.check_origin(head_with("", host), peer);
    return checked ? 0 : checked.error().status;
  }
  int origin_status(const std::string& origin) {
    const auto checked = gate.check_origin(head_with("Origin: " + origin + "\r\n"), tcp_peer());
    return checked ? 0 : checked.error().status;
  }
  int admit_status(const std::string& fields, const Peer& peer, Access access) {
    const auto caller = gate.admit(head_with(fields), peer, access);
    return caller ? 0 : caller.error().status;
  }
  core::Caller admitted(const std::string& fields, const Peer& peer, Access access) {
    const auto caller = gate.admit(head_with(fields), peer, access);
    EXPECT_TRUE(caller) << fields;
    return *caller;
  }

  FixedAuthenticator authenticator;
  Gate gate{HostPolicy({"Berth.example"}, {"https://dash.example:8443"}), authenticator};
};

const std::string kClient = "Authorization: Bearer client-token\r\n";
const std::string kAdmin = "authorization: bearer admin-token\r\n";

TEST_F(GateTest, AnswersToItsOwnNamesOnly) {
  for (const std::string host : {"localhost", "LocalHost:1", "127.0.0.1:7420", "[::1]:7420",
                                 "[::1]", "berth.EXAMPLE:443", "localhost:"}) {
    EXPECT_EQ(host_status(host), 0) << host;
  }
  for (const std::string host : {"evil.example", "localhost.evil.example", "127.0.0.2",
                                 "127.0.0.1.evil.example", "localhost.", "[::2]", "0x7f000001"}) {
    EXPECT_EQ(host_status(host), 403) << host;
  }
  for (const std::string host : {"", "a b", "localhost:port", "localhost:123456", "user@localhost",
                                 "[::1", "[]", "localhost:80:80", "localhost/"}) {
    EXPECT_EQ(host_status(host), 400) << host;
  }
  EXPECT_EQ(host_status("whatever.example", local_peer(1000)), 0);
}

TEST_F(GateTest, LetsOwnAndListedOriginsIn) {
  for (const std::string origin : {"http://localhost:7420", "http://127.0.0.1:7420",
                                   "http://[::1]:7420", "https://dash.example:8443"}) {
    EXPECT_EQ(origin_status(origin), 0) << origin;
  }
  for (const std::string origin :
       {"http://localhost", "http://localhost:7421", "https://localhost:7420", "null",
        "http://evil.example", "https://dash.example", "http://localhost:7420.evil.example"}) {
    EXPECT_EQ(origin_status(origin), 403) << origin;
  }
}

TEST_F(GateTest, AsksForWhatTheRouteNeeds) {
  EXPECT_EQ(admit_status("", tcp_peer(), Access::open), 0);
  EXPECT_EQ(admit_status("", tcp_peer(), Access::client), 401);
  EXPECT_EQ(admit_status(kClient, tcp_peer(), Access::client), 0);
  EXPECT_EQ(admit_status(kClient, tcp_peer(), Access::admin), 403);
  EXPECT_EQ(admit_status(kAdmin, tcp_peer(), Access::admin), 0);
  EXPECT_EQ(admit_status(kAdmin, tcp_peer(), Access::client), 0);
  for (const std::string wrong :
       {"Bearer wrong", "Bearer", "Bearer ", "Basic Y2xpZW50LXRva2Vu", "client-token"}) {
    EXPECT_EQ(admit_status("Authorization: " + wrong + "\r\n", tcp_peer(), Access::client), 401)
        << wrong;
  }
}

TEST_F(GateTest, TellsHowToAuthenticate) {
  const auto missing = gate.admit(head_with(""), tcp_peer(), Access::client);
  ASSERT_FALSE(missing);
  ASSERT_EQ(missing.error().headers.size(), 1U);
  EXPECT_EQ(missing.error().headers[0].name, "WWW-Authenticate");
  EXPECT_EQ(missing.error().headers[0].value, R"(Bearer realm="berth")");
}

TEST_F(GateTest, KnowsTheUserBehindALocalSocket) {
  EXPECT_EQ(admit_status("", local_peer(0), Access::admin), 0);
  EXPECT_EQ(admit_status("", local_peer(1000), Access::client), 0);
  EXPECT_EQ(admit_status("", local_peer(1000), Access::admin), 403);
  EXPECT_EQ(admit_status("", local_peer(4711), Access::client), 403);
  EXPECT_EQ(admit_status("", local_peer(4711), Access::open), 0);
  // A token counts before the user: right ones raise, wrong ones are not made good.
  EXPECT_EQ(admit_status(kAdmin, local_peer(1000), Access::admin), 0);
  EXPECT_EQ(admit_status("Authorization: Bearer wrong\r\n", local_peer(0), Access::client), 401);
}

TEST_F(GateTest, ResolvesWhoCallsAnOpenRoute) {
  EXPECT_EQ(admitted(kClient, tcp_peer(), Access::open).identity.principal, "token:client");
  EXPECT_EQ(admitted("", local_peer(1000), Access::open).identity.principal, "uid:1000");
  EXPECT_EQ(admitted("", tcp_peer(), Access::open).identity.principal, "");
  EXPECT_EQ(admitted("Authorization: Bearer x\r\n", tcp_peer(), Access::open).identity.principal,
            "");
}

TEST_F(GateTest, FillsTheCaller) {
  const auto id = core::CorrelationId::make();
  const Peer peer = tcp_peer();
  const auto caller = admitted(kClient +
                                   "Berth-Client-Id: bridge-1\r\n"
                                   "Berth-Cwd: /home/a%20b/%C3%BC\r\n"
                                   "Berth-Correlation-Id: " +
                                   id.str() + "\r\n",
                               peer, Access::client);
  EXPECT_EQ(caller.client_id, "bridge-1");
  EXPECT_EQ(caller.cwd, "/home/a b/\xc3\xbc");
  EXPECT_EQ(caller.correlation_id, id);
  EXPECT_EQ(caller.connection_id, peer.connection_id);

  const auto plain = admitted(kClient + "Berth-Correlation-Id: cor_mine\r\n", peer, Access::client);
  EXPECT_EQ(plain.client_id, "token:client");
  EXPECT_TRUE(core::is_id(plain.correlation_id.str(), "cor_"));
  EXPECT_NE(plain.correlation_id, caller.correlation_id);
  EXPECT_EQ(admitted("Berth-Client-Id: bridge-1\r\n", peer, Access::open).client_id, "");
}

TEST_F(GateTest, RefusesClientIdsAndDirectoriesThatAreNotValid) {
  const auto status = [&](const std::string& fields) {
    return admit_status(kClient + fields, tcp_peer(), Access::client);
  };
  EXPECT_EQ(status("Berth-Client-Id: " + std::string(128, 'a') + "\r\n"), 0);
  EXPECT_EQ(status("Berth-Client-Id: " + std::string(129, 'a') + "\r\n"), 400);
  EXPECT_EQ(status("Berth-Client-Id: uid:0\r\n"), 400);
  EXPECT_EQ(status("Berth-Client-Id:\r\n"), 400);
  EXPECT_EQ(status("Berth-Cwd: /a%\r\n"), 400);
  EXPECT_EQ(status("Berth-Cwd: /a%00\r\n"), 400);
  EXPECT_EQ(status("Berth-Cwd: /a%ff\r\n"), 400);
}

}  // namespace
}  // namespace berth::http
