#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/mcp_thread.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string body(const std::string& id, const std::string& method, const std::string& params = "",
                 const std::string& meta = "") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method +
         R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
         R"("io.modelcontextprotocol/clientInfo":{"name":"ExampleClient","version":"1.0.0"},)"
         R"("io.modelcontextprotocol/clientCapabilities":{})" +
         meta + "}" + (params.empty() ? "" : "," + params) + "}}";
}

std::string fields(const std::string& method, const std::string& name = "") {
  return "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + method + "\r\n" +
         (name.empty() ? "" : "Mcp-Name: " + name + "\r\n");
}

std::string call(const std::string& id, const std::string& tool, const std::string& meta = "") {
  return post_mcp(
      body(id, "tools/call", R"("name":")" + tool + R"(","arguments":{"text":"hi"})", meta),
      fields("tools/call", tool));
}

TEST(ModernHttp, AnswersWithJson) {
  McpThread mcp;
  auto client = mcp.connect();
  const auto discovered =
      client.exchange(post_mcp(body("1", "server/discover"), fields("server/discover")));
  EXPECT_EQ(discovered.status, 200);
  EXPECT_THAT(discovered.headers.at("content-type"), HasSubstr("application/json"));
  EXPECT_FALSE(discovered.headers.contains("mcp-session-id"));
  EXPECT_THAT(discovered.body, HasSubstr(R"("supportedVersions":["2026-07-28")"));
  const auto echoed = client.exchange(call("2", "echo"));
  EXPECT_EQ(echoed.status, 200);
  EXPECT_THAT(echoed.body,
              AllOf(HasSubstr(R"("resultType":"complete")"), HasSubstr(R"("text":"hi")")));
}

TEST(ModernHttp, AnswersWithAStreamWhereProgressIsWanted) {
  McpThread mcp;
  auto client = mcp.connect();
  client.send(call("1", "wait", R"(,"progressToken":"t")"));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.calls[0].context.progress(1, std::nullopt, "half way");
  });
  mcp.finish(0, "done");
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(response.headers.at("x-accel-buffering"), "no");
  EXPECT_THAT(response.body,
              AllOf(HasSubstr("event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
                              "\"notifications/progress\""),
                    HasSubstr("\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,")));
}

TEST(ModernHttp, ClosingTheConnectionCancelsWhatItAskedFor) {
  McpThread mcp;
  auto other = mcp.connect();
  other.send(call("1", "wait"));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  for (const bool stream : {false, true}) {
    auto client = mcp.connect();
    client.send(call("1", "wait", stream ? R"(,"progressToken":1)" : ""));
    if (stream) client.read_until("\r\n\r\n");
    const std::size_t index = stream ? 2 : 1;
    ASSERT_TRUE(mcp.wait_for_calls(index + 1));
    client.reset();
    EXPECT_TRUE(mcp.wait_until([index](McpThread::World& world) {
      return world.calls[index].context.cancel->cancelled();
    }));
    mcp.finish(index, "too late");
  }
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_FALSE(world.calls[0].context.cancel->cancelled()) << "the same id of another client";
  });
  mcp.finish(0, "answered");
  EXPECT_THAT(other.read_response().body, HasSubstr("answered"));
}

TEST(ModernHttp, ChecksTheHeadersAgainstTheBody) {
  McpThread mcp;
  auto client = mcp.connect();
  const std::string echo = body("1", "tools/call", R"("name":"echo","arguments":{"text":"hi"})");
  for (const std::string& wrong :
       {std::string(), fields("tools/list", "echo"), fields("tools/call"),
        fields("tools/call", "wait"),
        std::string("MCP-Protocol-Version: 2025-11-25\r\nMcp-Method: tools/call\r\n"
                    "Mcp-Name: echo\r\n")}) {
    const auto response = client.exchange(post_mcp(echo, wrong));
    EXPECT_EQ(response.status, 400) << wrong;
    EXPECT_THAT(response.body, AllOf(HasSubstr("-32020"), HasSubstr(R"("id":1,)"))) << wrong;
  }
  EXPECT_EQ(client.exchange(post_mcp(echo, fields("tools/call", "=?base64?ZWNobw==?="))).status,
            200);
}

TEST(ModernHttp, SaysInTheStatusWhatIsWrong) {
  McpThread mcp;
  auto client = mcp.connect();
  const auto unknown = client.exchange(post_mcp(body("1", "no/such"), fields("no/such")));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("-32601"));

  const auto version = client.exchange(post_mcp(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
        "io.modelcontextprotocol/protocolVersion":"2099-01-01",
        "io.modelcontextprotocol/clientCapabilities":{}}}})",
      "MCP-Protocol-Version: 2099-01-01\r\nMcp-Method: tools/list\r\n"));
  EXPECT_EQ(version.status, 400);
  EXPECT_THAT(version.body, AllOf(HasSubstr("-32022"), HasSubstr("2026-07-28")));

  const auto meta = client.exchange(post_mcp(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}})", fields("tools/list")));
  EXPECT_EQ(meta.status, 400);
  EXPECT_THAT(meta.body, HasSubstr("-32602"));

  const auto no_tool = client.exchange(call("1", "no_such_tool"));
  EXPECT_EQ(no_tool.status, 200) << "the method was reached";
  EXPECT_THAT(no_tool.body, HasSubstr("-32602"));

  EXPECT_EQ(client.exchange(post_mcp("{nonsense", fields("x"))).status, 400);
  EXPECT_EQ(client
                .exchange(post_mcp(R"({"jsonrpc":"2.0","id":1,"result":{}})",
                                   "MCP-Protocol-Version: 2026-07-28\r\n"))
                .status,
            400);
}

TEST(ModernHttp, NotificationsAreAccepted) {
  McpThread mcp;
  auto client = mcp.connect();
  const auto response = client.exchange(
      post_mcp(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
               "MCP-Protocol-Version: 2026-07-28\r\n"));
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "");
}

TEST(ModernHttp, NeedsATokenAndTheRightMediaTypes) {
  McpThread mcp;
  auto client = mcp.connect();
  EXPECT_EQ(client.exchange(get("/mcp", "Authorization: Bearer client-token\r\n")).status, 405);
  EXPECT_EQ(mcp.connect().exchange(post("/mcp", "{}", "Content-Type: application/json\r\n")).status,
            401);
  const std::string token = "Authorization: Bearer client-token\r\n";
  EXPECT_EQ(client.exchange(post("/mcp", "{}", token)).status, 415);
  EXPECT_EQ(client
                .exchange(post("/mcp", "{}",
                               token + "Content-Type: application/json\r\n"
                                       "Accept: application/json\r\n"))
                .status,
            406);
}

TEST(ModernHttp, CallsOfManyConnectionsRunAtTheSameTime) {
  McpThread mcp;
  std::vector<SocketClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(mcp.connect());
    clients.back().send(call("1", "wait"));
  }
  ASSERT_TRUE(mcp.wait_for_calls(20));
  for (std::size_t i = 20; i-- > 0;) mcp.finish(i, "answer");
  for (auto& client : clients) EXPECT_EQ(client.read_response().status, 200);
}

}  // namespace
}  // namespace berth::test
