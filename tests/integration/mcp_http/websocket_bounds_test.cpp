#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/websocket_client.h"

namespace berth::test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kMcp = kToken + kSubprotocol;
const std::string kPing = R"({"jsonrpc":"2.0","id":5,"method":"ping"})";
const std::string kPong = R"({"jsonrpc":"2.0","id":5,"result":{}})";

bool nobody_is_connected(McpThread::World& world) {
  return world.connections.open_connections().empty() && world.websockets.size() == 0;
}

std::string echo(const std::string& text) {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo",)"
         R"("arguments":{"text":")" +
         text + R"("},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)" +
         R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},)"
         R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
}

TEST(WebSocketBounds, AHelloMustComeInTime) {
  McpThread mcp({}, {}, {.hello = milliseconds(500)});
  TestWebSocket greeted(mcp);
  EXPECT_THAT(greeted.ask(kHello), HasSubstr(R"("ok":true)"));
  TestWebSocket known(mcp, kMcp);
  TestWebSocket halfway(mcp, kToken);
  halfway.raw(client_text(kHello).substr(0, 10));
  TestWebSocket silent(mcp);
  EXPECT_EQ(silent.next(), "close 1008 no hello in time");
  EXPECT_TRUE(silent.closed());
  EXPECT_EQ(halfway.next(), "close 1008 no hello in time");
  // Their time has passed too.
  EXPECT_EQ(known.ask(kPing), kPong) << "nothing is expected of it";
  EXPECT_THAT(greeted.ask(R"({"op":"list_tools","id":1})"), HasSubstr("tools"));
}

TEST(WebSocketBounds, AStrangersFirstMessageIsShort) {
  McpThread mcp;
  const std::string padding(20'000, ' ');
  TestWebSocket stranger(mcp);
  EXPECT_THAT(stranger.ask(padding + kHello), StartsWith("close 1009"));
  TestWebSocket known(mcp, kToken);
  EXPECT_THAT(known.ask(padding + kHello), HasSubstr(R"("ok":true)"));
  TestWebSocket greeted(mcp);
  greeted.ask(kHello);
  EXPECT_THAT(greeted.ask(padding + R"({"op":"list_tools","id":1})"), HasSubstr("tools"));
}

TEST(WebSocketBounds, AMessageMayBeSoLongAndNoLonger) {
  McpThread mcp({}, {}, {.message_bytes = 1U << 20U});
  TestWebSocket socket(mcp, kMcp);
  const std::size_t frame = echo("").size();
  const std::string longest((1U << 20U) - frame, 'x');
  EXPECT_THAT(socket.ask(echo(longest)), HasSubstr(longest));
  EXPECT_THAT(socket.ask(echo(longest + "y")), StartsWith("close 1009"));
  EXPECT_TRUE(socket.closed());
}

TEST(WebSocketBounds, ThirtyTwoMebibytesAreTheDefault) {
  // By the head alone; tests/e2e sends them.
  constexpr std::size_t kLongest = 32U << 20U;
  const auto head = [](std::size_t length) {
    std::string bytes = "\x81\xff";
    for (std::size_t i = 8; i-- > 0;) bytes.push_back(static_cast<char>(length >> (8U * i)));
    return bytes + "mask";
  };
  McpThread mcp;
  TestWebSocket refused(mcp, kMcp);
  refused.raw(head(kLongest + 1));
  EXPECT_THAT(refused.next(), StartsWith("close 1009"));
  refused.reset();
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
  TestWebSocket allowed(mcp, kMcp);
  allowed.raw(client_frame(net::WebSocketOpcode::ping, "before") + head(kLongest));
  EXPECT_EQ(allowed.next(), "pong before");
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_EQ(world.connections.open_connections().size(), 1U) << "it waits for the rest";
  });
}

TEST(WebSocketBounds, LargeMessagesGoBothWays) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  const std::string text(2U << 20U, 'x');
  for (int i = 0; i < 2; ++i) {
    const std::string answer = socket.ask(echo(text));
    EXPECT_TRUE(answer.find(text) != std::string::npos);
  }
}

TEST(WebSocketBounds, AQuietClientIsPingedAndLivesByItsPongs) {
  McpThread mcp({}, {}, {.ping = milliseconds(20), .pong = milliseconds(20'000)});
  TestWebSocket socket(mcp, kMcp);
  EXPECT_EQ(socket.next(), "ping ");
  socket.raw(client_frame(net::WebSocketOpcode::pong, ""));
  EXPECT_EQ(socket.next(), "ping ") << "and again";
}

TEST(WebSocketBounds, AClientThatDoesNotAnswerAPingIsDropped) {
  McpThread mcp({}, {}, {.ping = milliseconds(20), .pong = milliseconds(20)});
  TestWebSocket socket(mcp, kMcp);
  EXPECT_EQ(socket.next(), "ping ");
  EXPECT_TRUE(socket.closed());
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_THAT(world.connections.close_reasons, ElementsAre("the client does not answer pings"));
  });
}

TEST(WebSocketBounds, AClientThatDoesNotReadIsDropped) {
  McpThread mcp({}, {}, {.pending_bytes = 1U << 20U});
  TestWebSocket socket(mcp, kMcp);
  // More than both kernel buffers and what may wait can hold.
  const std::string message = client_text(echo(std::string(1U << 20U, 'x')));
  for (int i = 0; i < 32; ++i) socket.raw(message);
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_THAT(world.connections.close_reasons, ElementsAre("the client does not read"));
  });
}

TEST(WebSocketBounds, AClientThatDoesNotCloseIsNotWaitedForLong) {
  McpThread mcp({}, {}, {.goodbye = milliseconds(30)});
  TestWebSocket socket(mcp, kMcp);
  socket.raw(client_frame(net::WebSocketOpcode::close, "\x03\xe8"));
  EXPECT_EQ(socket.next(), "close 1000 ");
  ASSERT_TRUE(mcp.wait_until(nobody_is_connected));
}

TEST(WebSocketBounds, OpenSocketsAreCounted) {
  McpThread mcp({}, {}, {.connections = 2, .strangers = 1});
  const auto status = [&](const std::string& fields) {
    return mcp.connect().exchange(open_websocket(fields)).status;
  };
  TestWebSocket one(mcp);
  EXPECT_EQ(status(""), 429) << "one may be about to say hello";
  one.ask(kHello);
  TestWebSocket other(mcp);
  TestWebSocket two(mcp, kMcp);
  EXPECT_EQ(status(kMcp), 429) << "strangers take no place of theirs, but these two do";
  one.reset();
  ASSERT_TRUE(mcp.wait_until([](McpThread::World& world) { return world.websockets.size() == 2; }));
  EXPECT_EQ(status(""), 429);
  TestWebSocket three(mcp, kMcp);
  EXPECT_EQ(three.ask(kPing), kPong);
}

TEST(WebSocketBounds, TheyCountAmongTheConnectionsOfTheFront) {
  McpThread mcp;
  TestWebSocket socket(mcp, kMcp);
  const auto open = [](McpThread::World& world) {
    return world.front.statistics().open_connections;
  };
  mcp.on_loop([&](McpThread::World& world) { EXPECT_EQ(open(world), 1U); });
  socket.reset();
  EXPECT_TRUE(mcp.wait_until([&](McpThread::World& world) { return open(world) == 0; }));
}

}  // namespace
}  // namespace berth::test
