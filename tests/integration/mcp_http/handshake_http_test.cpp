#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/mcp_thread.h"

namespace berth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string initialize(const std::string& version = "2025-11-25") {
  return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
         version + R"(","capabilities":{},"clientInfo":{"name":"IDE","version":"7"}}})";
}

/// Starts a session and gives the header that names it.
std::string start(SocketClient& client, const std::string& version = "2025-11-25") {
  const auto response = client.exchange(post_mcp(initialize(version)));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("protocolVersion":")" + version));
  if (!response.headers.contains("mcp-session-id")) return {};
  const std::string& id = response.headers.at("mcp-session-id");
  EXPECT_THAT(id, StartsWith("con_"));
  return "Mcp-Session-Id: " + id + "\r\n";
}

const std::string kWait =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait"}})";
const std::string kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

TEST(HandshakeHttp, ASessionIsAConnectionAndKeepsWhatWasAgreed) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string session = start(client);
  mcp.on_loop([](McpThread::World& world) {
    const auto open = world.connections.open_connections();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].kind, "mcp_session");
    EXPECT_EQ(open[0].client_name, "IDE");
    EXPECT_EQ(open[0].protocol_version, "2025-11-25");
    EXPECT_EQ(open[0].principal, "token:client");
  });
  EXPECT_EQ(client
                .exchange(post_mcp(R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                                   session + "MCP-Protocol-Version: 2025-11-25\r\n"))
                .status,
            202);
  const auto listed =
      client.exchange(post_mcp(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", session));
  EXPECT_EQ(listed.status, 200);
  EXPECT_THAT(listed.body, HasSubstr(R"("name":"echo")"));
  EXPECT_THAT(mcp.connect().exchange(post_mcp(kPing, session)).body, HasSubstr(R"("result":{})"))
      << "a session is not tied to a connection";
}

TEST(HandshakeHttp, TheSessionMustBeNamedAndAlive) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string session = start(client);
  EXPECT_EQ(client.exchange(post_mcp(kPing)).status, 400);
  EXPECT_EQ(client.exchange(post_mcp(kPing, "Mcp-Session-Id: con_nothing\r\n")).status, 404);
  const auto version =
      client.exchange(post_mcp(kPing, session + "MCP-Protocol-Version: 1999-01-01\r\n"));
  EXPECT_EQ(version.status, 400);
  EXPECT_THAT(version.body, HasSubstr("-32022"));
  const std::string foreign =
      post("/mcp", kPing,
           "Authorization: Bearer admin-token\r\nContent-Type: application/json\r\n" + session);
  EXPECT_EQ(client.exchange(foreign).status, 404) << "another principal's";

  const std::string token = "Authorization: Bearer client-token\r\n";
  const std::string end = "DELETE /mcp HTTP/1.1\r\nHost: localhost\r\n" + token;
  EXPECT_EQ(client.exchange(end + "\r\n").status, 400);
  EXPECT_EQ(client.exchange(end + session + "\r\n").status, 204);
  EXPECT_EQ(client.exchange(end + session + "\r\n").status, 404);
  EXPECT_EQ(client.exchange(post_mcp(kPing, session)).status, 404);
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_THAT(world.connections.close_reasons, ElementsAre("ended by its client"));
  });
}

TEST(HandshakeHttp, ALostConnectionIsNoCancellation) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string session = start(client);
  auto caller = mcp.connect();
  caller.send(post_mcp(kWait, session));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  caller.reset();
  ASSERT_TRUE(mcp.wait_until(
      [](McpThread::World& world) { return world.front.statistics().open_connections == 1; }));
  mcp.on_loop(
      [](McpThread::World& world) { EXPECT_FALSE(world.calls[0].context.cancel->cancelled()); });
  mcp.finish(0, "nobody reads it");
  EXPECT_EQ(client.exchange(post_mcp(kPing, session)).status, 200) << "its id is free again";
}

TEST(HandshakeHttp, CancellingEndsTheCallWithoutAResponse) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string session = start(client);
  auto caller = mcp.connect();
  caller.send(post_mcp(kWait, session));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  EXPECT_EQ(client
                .exchange(post_mcp(R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                                   R"("params":{"requestId":1}})",
                                   session))
                .status,
            202);
  mcp.on_loop(
      [](McpThread::World& world) { EXPECT_TRUE(world.calls[0].context.cancel->cancelled()); });
  const auto response = caller.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "text/event-stream");
  EXPECT_THAT(response.body, Not(HasSubstr("message")));
}

TEST(HandshakeHttp, BatchesBelongToTheRevisionThatHasThem) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string batch = "[" + kPing + R"(,{"jsonrpc":"2.0","id":"two","method":"ping"}])";
  const auto answered = client.exchange(post_mcp(batch, start(client, "2025-03-26")));
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(answered.body,
            R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":"two","result":{}}])");
  EXPECT_EQ(client.exchange(post_mcp(batch, start(client, "2025-11-25"))).status, 400);
}

TEST(HandshakeHttp, SessionsAreBoundedAndIdleOnesEnd) {
  McpThread mcp({.sessions = 1, .idle = std::chrono::milliseconds(50)});
  auto client = mcp.connect();
  start(client);
  ASSERT_TRUE(mcp.wait_until(
      [](McpThread::World& world) { return world.connections.open_connections().empty(); }));
  const std::string busy = start(client);
  auto caller = mcp.connect();
  caller.send(post_mcp(kWait, busy));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  const auto refused = mcp.connect().exchange(post_mcp(initialize()));
  EXPECT_GE(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("limit_exceeded"));
  mcp.finish(0, "was not idle");
  EXPECT_THAT(caller.read_response().body, HasSubstr("was not idle"));
}

TEST(HandshakeHttp, KillingASessionCancelsItsCalls) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string session = start(client);
  auto caller = mcp.connect();
  caller.send(post_mcp(kWait, session));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.connections.kill_all("killed by an admin");
    EXPECT_TRUE(world.calls[0].context.cancel->cancelled());
    EXPECT_TRUE(world.connections.open_connections().empty());
  });
  EXPECT_EQ(caller.read_response().status, 200);
  EXPECT_EQ(client.exchange(post_mcp(kPing, session)).status, 404);
}

}  // namespace
}  // namespace berth::test
