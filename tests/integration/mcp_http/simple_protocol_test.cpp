#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/websocket_client.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

core::ConnectionRecord only_connection(McpThread& mcp) {
  core::ConnectionRecord record;
  mcp.on_loop([&](McpThread::World& world) {
    const auto open = world.connections.open_connections();
    ASSERT_EQ(open.size(), 1U);
    record = open[0];
  });
  return record;
}

TEST(SimpleWebSocket, SaysHelloListsAndCalls) {
  McpThread mcp;
  TestWebSocket socket(mcp);
  const std::string hello = socket.ask(kHello);
  const core::ConnectionRecord record = only_connection(mcp);
  EXPECT_EQ(hello, R"({"op":"hello","ok":true,"connection_id":")" + record.id.str() + "\"}");
  EXPECT_EQ(record.kind, "websocket");
  EXPECT_EQ(record.principal, "token:client");
  EXPECT_EQ(record.client_id, "token:client");
  EXPECT_EQ(record.protocol_version, "simple");
  EXPECT_THAT(socket.ask(R"({"op":"list_tools","id":"a\u0062"})"),
              AllOf(StartsWith(R"({"op":"tools","id":"a\u0062","tools":[{"name":"echo")"),
                    HasSubstr(R"("name":"wait")"), HasSubstr("inputSchema")));
  EXPECT_EQ(socket.ask(R"({"op":"call_tool","id":7,"name":"echo","arguments":{"text":"hi"}})"),
            R"({"op":"result","id":7,"result":{"content":[{"type":"text","text":"hi"}],)"
            R"("isError":false}})");
}

TEST(SimpleWebSocket, CallsRunSideBySide) {
  McpThread mcp;
  TestWebSocket socket(mcp, "Berth-Client-Id: script-1\r\nBerth-Cwd: /srv\r\n");
  socket.ask(kHello);
  socket.send(R"({"op":"call_tool","id":1,"name":"wait"})");
  socket.send(R"({"op":"call_tool","id":2,"name":"wait","arguments":{}})");
  ASSERT_TRUE(mcp.wait_for_calls(2));
  mcp.on_loop([](McpThread::World& world) {
    const core::Caller& caller = world.calls[0].context.caller;
    EXPECT_EQ(caller.client_id, "script-1");
    EXPECT_EQ(caller.identity.principal, "token:client");
    EXPECT_EQ(caller.cwd, "/srv");
    EXPECT_EQ(caller.connection_id, world.connections.open_connections()[0].id);
    EXPECT_NE(caller.correlation_id, world.calls[1].context.caller.correlation_id);
  });
  mcp.finish(1, "second");
  EXPECT_THAT(socket.next(), AllOf(HasSubstr(R"("id":2)"), HasSubstr("second")));
  mcp.finish(0, "first");
  EXPECT_THAT(socket.next(), AllOf(HasSubstr(R"("id":1)"), HasSubstr("first")));
}

TEST(SimpleWebSocket, TheHelloNamesTheClient) {
  McpThread mcp;
  TestWebSocket socket(mcp);
  socket.ask(R"({"op":"hello","token":"admin-token","client_id":"page-1"})");
  const core::ConnectionRecord record = only_connection(mcp);
  EXPECT_EQ(record.client_id, "page-1");
  EXPECT_EQ(record.principal, "token:admin");
  EXPECT_EQ(record.scope, "admin");
}

TEST(SimpleWebSocket, CredentialsOfTheUpgradeAreEnough) {
  McpThread mcp;
  TestWebSocket socket(mcp, kToken);
  EXPECT_THAT(socket.ask(R"({"op":"hello"})"), HasSubstr(R"("ok":true)"));
  EXPECT_EQ(only_connection(mcp).principal, "token:client");
}

TEST(SimpleWebSocket, AnythingButAValidHelloClosesIt) {
  McpThread mcp;
  for (const char* first : {
           R"({"op":"hello"})",
           R"({"op":"hello","token":"wrong"})",
           R"({"op":"hello","token":""})",
           R"({"op":"hello","token":null})",
           R"({"op":"hello","token":"client-token","client_id":"a b"})",
           R"({"op":"hello","token":"client-token","client_id":7})",
           R"({"op":"list_tools","id":1})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping"})",
           "[]",
           "hello",
           "",
       }) {
    TestWebSocket socket(mcp);
    EXPECT_THAT(socket.ask(first), StartsWith("close 1008 ")) << first;
    EXPECT_TRUE(socket.closed()) << first;
  }
  TestWebSocket known(mcp, kToken);
  EXPECT_THAT(known.ask(R"({"op":"hello","token":"wrong"})"), StartsWith("close 1008 "))
      << "not made good by the upgrade's";
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_TRUE(world.connections.open_connections().empty());
    EXPECT_TRUE(world.connections.close_reasons.empty()) << "none was ever listed";
  });
}

TEST(SimpleWebSocket, ErrorsHaveTheIdAndACode) {
  McpThread mcp;
  TestWebSocket socket(mcp);
  socket.ask(kHello);
  const auto error = [](const std::string& id, const std::string& code) {
    return AllOf(StartsWith(R"({"op":"error",)" + (id.empty() ? "" : R"("id":)" + id + ",") +
                            R"("error":{"code":")" + code + R"(","message":")"),
                 Not(HasSubstr(R"("message":"")")));
  };
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":1,"name":"nothing"})"),
              AllOf(error("1", "invalid_argument"), HasSubstr("Unknown tool: nothing")));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":1})"), error("1", "invalid_argument"));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":1,"name":"echo","arguments":[]})"),
              error("1", "invalid_argument"));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","name":"echo"})"), error("", "invalid_argument"));
  EXPECT_THAT(socket.ask(R"({"op":"list_tools","id":1.5})"), error("", "invalid_argument"));
  EXPECT_THAT(socket.ask(R"({"op":"dance","id":1})"), error("1", "invalid_argument"));
  EXPECT_THAT(socket.ask(kHello), error("", "invalid_argument")) << "once is enough";
  EXPECT_THAT(socket.ask(R"({"op":"subscribe_events","id":"e","filter":1})"),
              error("\"e\"", "invalid_argument"));
  EXPECT_THAT(socket.ask("{nonsense"), error("", "invalid_argument"));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":1,"name":"echo","arguments":{}})"),
              AllOf(StartsWith(R"({"op":"result","id":1,)"), HasSubstr(R"("isError":true)"),
                    HasSubstr("text")))
      << "what a model can correct is a result";
}

TEST(SimpleWebSocket, AnIdInUseAndTooManyCallsAreRefused) {
  McpThread mcp;
  TestWebSocket socket(mcp);
  socket.ask(kHello);
  std::string calls;
  for (std::size_t i = 0; i < mcp::Peer::kMaxInFlight; ++i) {
    calls += client_text(R"({"op":"call_tool","id":)" + std::to_string(i) + R"(,"name":"wait"})");
  }
  socket.raw(calls);
  ASSERT_TRUE(mcp.wait_for_calls(mcp::Peer::kMaxInFlight));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":3,"name":"wait"})"),
              HasSubstr("not yet answered"));
  EXPECT_THAT(socket.ask(R"({"op":"call_tool","id":999,"name":"wait"})"),
              HasSubstr(R"("id":999,"error":{"code":"limit_exceeded")"));
}

TEST(SimpleWebSocket, KillingItSaysThatCallsAreCancelled) {
  McpThread mcp;
  TestWebSocket socket(mcp);
  socket.ask(kHello);
  socket.send(R"({"op":"call_tool","id":1,"name":"wait"})");
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.connections.kill_all("killed by an admin");
    EXPECT_TRUE(world.calls[0].context.cancel->cancelled());
  });
  EXPECT_THAT(socket.next(), HasSubstr(R"("id":1,"error":{"code":"cancelled")"));
  EXPECT_EQ(socket.next(), "close 1008 killed by an admin");
}

}  // namespace
}  // namespace berth::test
