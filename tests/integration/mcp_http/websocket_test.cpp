#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/websocket_client.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kMcp = kToken + kSubprotocol;
const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"IDE","version":"7"}}})";
const std::string kPing = R"({"jsonrpc":"2.0","id":5,"method":"ping"})";
const std::string kPong = R"({"jsonrpc":"2.0","id":5,"result":{}})";

std::string call(const std::string& id, const std::string& tool, const std::string& params = {}) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":")" + tool +
         "\"" + params + "}}";
}

bool nobody_is_connected(McpThread::World& world) {
  return world.connections.open_connections().empty() && world.websockets.size() == 0;
}

int status_of(const McpThread& mcp, const std::string& fields) {
  return mcp.connect().exchange(open_websocket(fields)).status;
}

TEST(WebSocket, SpeaksMcpOnceTheSubprotocolIsAgreed) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp + "Berth-Client-Id: ide-1\r\nBerth-Cwd: /home/dev\r\n");
  EXPECT_EQ(socket.response().headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(socket.response().headers.at("sec-websocket-protocol"), "mcp");
  EXPECT_EQ(socket.response().headers.at("upgrade"), "websocket");
  EXPECT_THAT(socket.ask(kInitialize), HasSubstr(R"("protocolVersion":"2025-11-25")"));
  socket.send(call("1", "wait"));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    const core::Caller& caller = world.calls[0].context.caller;
    EXPECT_EQ(caller.client_id, "ide-1");
    EXPECT_EQ(caller.identity.principal, "token:client");
    EXPECT_EQ(caller.cwd, "/home/dev");
    const auto open = world.connections.open_connections();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].id, caller.connection_id);
    EXPECT_EQ(open[0].kind, "websocket");
    EXPECT_EQ(open[0].client_id, "ide-1");
    EXPECT_EQ(open[0].scope, "client");
    EXPECT_THAT(open[0].peer, StartsWith("127.0.0.1:"));
    EXPECT_EQ(open[0].client_name, "IDE");
    EXPECT_EQ(open[0].protocol_version, "2025-11-25");
  });
  EXPECT_EQ(socket.ask(kPing), kPong) << "while the call waits";
  mcp.finish(0, "done");
  EXPECT_THAT(socket.next(), AllOf(StartsWith(R"({"jsonrpc":"2.0","id":1,)"), HasSubstr("done")));
}

TEST(WebSocket, SpeaksTheStatelessEraToo) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  const std::string meta =
      R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientInfo":{"name":"Modern","version":"1"},)"
      R"("io.modelcontextprotocol/clientCapabilities":{},"progressToken":"p"})";
  EXPECT_THAT(socket.ask(call("1", "echo", R"(,"arguments":{"text":"hi"})" + meta)),
              AllOf(HasSubstr(R"("resultType":"complete")"), HasSubstr(R"("text":"hi")")));
  socket.send(call("2", "wait", meta));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.calls[0].context.progress(1, std::nullopt, "half way");
    EXPECT_EQ(world.connections.open_connections()[0].protocol_version, "2026-07-28");
  });
  EXPECT_THAT(socket.next(), AllOf(HasSubstr("notifications/progress"), HasSubstr("half way")));
  socket.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})");
  EXPECT_TRUE(mcp.wait_until(
      [](McpThread::World& world) { return world.calls[0].context.cancel->cancelled(); }));
  EXPECT_THAT(socket.ask(kInitialize), HasSubstr("2025-11-25")) << "one socket may carry both";
}

TEST(WebSocket, SpeaksMcpWithoutTheSubprotocolIfCredentialsCame) {
  McpThread mcp;
  TestWebSocket socket(mcp, kToken);
  EXPECT_FALSE(socket.response().headers.contains("sec-websocket-protocol"));
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_TRUE(world.connections.open_connections().empty()) << "it has not said what it speaks";
  });
  EXPECT_THAT(socket.ask(kInitialize), HasSubstr("protocolVersion"));
  EXPECT_EQ(socket.ask(kPing), kPong);
  TestWebSocket stranger(mcp);
  EXPECT_EQ(stranger.ask(kInitialize), "close 1008 the first message must be a hello");
  EXPECT_TRUE(stranger.closed());
}

TEST(WebSocket, IsRefusedBeforeTheUpgrade) {
  McpThread mcp;
  EXPECT_EQ(status_of(mcp, kSubprotocol), 401);
  EXPECT_EQ(status_of(mcp, kSubprotocol + "Authorization: Bearer wrong\r\n"), 401);
  EXPECT_EQ(status_of(mcp, "Authorization: Bearer wrong\r\n"), 401);
  EXPECT_EQ(status_of(mcp, "Authorization: Basic Y2xpZW50LXRva2Vu\r\n"), 401);
  EXPECT_EQ(mcp.connect().exchange(open_websocket(kSubprotocol)).headers.at("www-authenticate"),
            "Bearer realm=\"berth\"");
  for (const std::string& who : {kToken, kMcp, std::string()}) {
    EXPECT_EQ(status_of(mcp, who + "Origin: https://evil.example\r\n"), 403);
    EXPECT_EQ(status_of(mcp, who + "Origin: null\r\n"), 403);
    std::string rebound = open_websocket(who);
    rebound.replace(rebound.find("localhost"), 9, "evil.example");
    EXPECT_EQ(mcp.connect().exchange(rebound).status, 403);
  }
  EXPECT_EQ(
      status_of(mcp, kMcp + "Origin: http://127.0.0.1:" + std::to_string(mcp.port()) + "\r\n"),
      101);
  auto client = mcp.connect();
  EXPECT_EQ(client.exchange(get("/ws", kToken)).status, 426);
  EXPECT_EQ(client.exchange(get("/ws")).status, 426);
  EXPECT_EQ(client.exchange(post("/ws", "{}", kToken)).status, 405);
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
}

TEST(WebSocket, FragmentsAndPingsMayCome) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  using net::WebSocketOpcode;
  socket.raw(client_frame(WebSocketOpcode::text, kPing.substr(0, 7), {.last = false}));
  socket.raw(client_frame(WebSocketOpcode::ping, "there?"));
  EXPECT_EQ(socket.next(), "pong there?");
  socket.raw(client_frame(WebSocketOpcode::continuation, kPing.substr(7)) +
             client_frame(WebSocketOpcode::pong, "unasked for") + client_text(kPing));
  EXPECT_EQ(socket.next(), kPong);
  EXPECT_EQ(socket.next(), kPong);
}

TEST(WebSocket, TheFirstMessageMayComeWithTheUpgrade) {
  McpThread mcp;
  auto socket = mcp.connect();
  socket.send(open_websocket(kMcp) + client_text(kPing));
  EXPECT_EQ(socket.read_response().status, 101);
  EXPECT_EQ(socket.read_bytes(2 + kPong.size()).substr(2), kPong);
}

TEST(WebSocket, ClosesWithTheClientsCode) {
  McpThread mcp;
  for (const auto& [payload, answer] : {std::pair<std::string, std::string>{"", "without a code"},
                                        {"\x03\xe8", "1000 "},
                                        {"\x0f\xa1leaving", "4001 "}}) {
    TestWebSocket socket(mcp, kMcp);
    socket.raw(client_frame(net::WebSocketOpcode::close, payload));
    EXPECT_EQ(socket.next(), "close " + answer);
    EXPECT_TRUE(socket.closed());
  }
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_THAT(world.connections.close_reasons,
                ElementsAre("closed by the client (1005)", "closed by the client (1000)",
                            "closed by the client (4001)"));
  });
}

TEST(WebSocket, ABreachOfTheProtocolIsClosedWithItsCode) {
  McpThread mcp;
  const std::pair<std::string, std::string> cases[] = {
      {client_frame(net::WebSocketOpcode::text, kPing, {.masked = false}), "close 1002"},
      {client_frame(3U, ""), "close 1002"},
      {client_frame(net::WebSocketOpcode::text, kPing, {.reserved = 0x40}), "close 1002"},
      {client_frame(net::WebSocketOpcode::binary, kPing), "close 1003"},
      {client_text("\xff\xff"), "close 1007"},
  };
  for (const auto& [bytes, answer] : cases) {
    TestWebSocket socket(mcp, kMcp);
    socket.raw(bytes);
    EXPECT_THAT(socket.next(), StartsWith(answer));
    EXPECT_TRUE(socket.closed());
  }
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
}

TEST(WebSocket, ABadMessageIsAnsweredAndTheSocketGoesOn) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  EXPECT_THAT(socket.ask("{nonsense"), HasSubstr("-32700"));
  EXPECT_THAT(socket.ask(""), HasSubstr("-32700"));
  EXPECT_THAT(socket.ask(kHello), HasSubstr("-32600")) << "the subprotocol is MCP";
  EXPECT_EQ(socket.ask(kPing), kPong);
}

TEST(WebSocket, ALostConnectionIsNoCancellation) {
  McpThread mcp;
  for (const bool orderly : {true, false}) {
    TestWebSocket socket(mcp, kMcp);
    socket.ask(kInitialize);
    socket.send(call("1", "wait"));
    ASSERT_TRUE(mcp.wait_for_calls(orderly ? 1 : 2));
    if (orderly) {
      socket.half_close();
    } else {
      socket.reset();
    }
    ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
  }
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_FALSE(world.calls[0].context.cancel->cancelled());
    EXPECT_FALSE(world.calls[1].context.cancel->cancelled());
    EXPECT_EQ(world.connections.close_reasons[0], "the client went away without a close");
  });
  mcp.finish(0, "nobody reads it");
}

TEST(WebSocket, KillingItCancelsAndSaysWhy) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  socket.ask(kInitialize);
  socket.send(call("1", "wait"));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.connections.kill_all("killed by an admin");
    EXPECT_TRUE(world.calls[0].context.cancel->cancelled());
    EXPECT_TRUE(world.connections.open_connections().empty());
  });
  EXPECT_EQ(socket.next(), "close 1008 killed by an admin");
  EXPECT_TRUE(socket.closed());
}

TEST(WebSocket, AStopSaysSoAndCancelsNothing) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  socket.ask(kInitialize);
  socket.send(call("1", "wait"));
  TestWebSocket silent(mcp);
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.calls[0].done(mcp::ToolResult{"unavailable", {}, true, {}});
    world.websockets.stop("the service is stopping");
    world.connections.kill_all("the service is stopping");
    EXPECT_FALSE(world.calls[0].context.cancel->cancelled());
  });
  EXPECT_THAT(socket.next(), HasSubstr("unavailable")) << "what was answered before goes first";
  EXPECT_EQ(socket.next(), "close 1001 the service is stopping");
  EXPECT_EQ(silent.next(), "close 1001 the service is stopping");
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_THAT(world.connections.close_reasons, ElementsAre("the service is stopping"));
  });
}

TEST(WebSocket, CallsInFlightAreBounded) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  socket.ask(kInitialize);
  std::string calls;
  for (std::size_t i = 0; i < mcp::Peer::kMaxInFlight; ++i) {
    calls += client_text(call(std::to_string(i), "wait"));
  }
  socket.raw(calls);
  ASSERT_TRUE(mcp.wait_for_calls(mcp::Peer::kMaxInFlight));
  EXPECT_THAT(socket.ask(call("1000", "wait")), HasSubstr("limit_exceeded"));
  EXPECT_THAT(socket.ask(call("7", "wait")), HasSubstr("not yet answered")) << "the id is in use";
}

}  // namespace
}  // namespace berth::test
