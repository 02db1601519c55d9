#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/net/link_frame.h"
#include "tests/integration/mcp_http/mcp_thread.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The bridge's end of a link.
class TestLink {
 public:
  TestLink(const McpThread& mcp, const std::string& client_id = "bridge-1")
      : client_id_(client_id), socket_(mcp.connect()) {
    socket_.send(get("/bridge",
                     "Authorization: Bearer client-token\r\nConnection: Upgrade\r\n"
                     "Upgrade: berth-bridge/1\r\nBerth-Client-Id: " +
                         client_id + "\r\nBerth-Cwd: /home/dev\r\n"));
    EXPECT_EQ(socket_.read_response().status, 101);
  }

  net::LinkHello greet(const std::string& epoch = "", std::uint64_t received = 0) {
    net::LinkHello hello;
    hello.client_id = client_id_;
    hello.epoch = epoch;
    hello.received = received;
    std::string frame;
    net::append_bridge_hello(frame, hello);
    socket_.send(frame);
    const std::string line = socket_.read_until("\n");
    EXPECT_THAT(line, StartsWith("H "));
    return net::parse_hello(line.substr(2)).value_or(net::LinkHello{});
  }

  void send(std::uint64_t number, const std::string& message) {
    std::string frame;
    net::append_message(frame, number, message);
    socket_.send(frame);
  }
  void raw(const std::string& bytes) { socket_.send(bytes); }
  std::string line() { return socket_.read_until("\n"); }
  /// The next message's line, passing acknowledgements.
  std::string message() {
    std::string text = line();
    while (text.starts_with("A ")) text = line();
    return text;
  }
  bool closed() { return socket_.wait_closed(); }
  void reset() { socket_.reset(); }

 private:
  std::string client_id_;
  SocketClient socket_;
};

const std::string kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"IDE","version":"7"}}})";
const std::string kPing = R"({"jsonrpc":"2.0","id":5,"method":"ping"})";

std::string call_wait(int id) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"tools/call","params":{"name":"wait"}})";
}

bool nobody_is_linked(McpThread::World& world) {
  return world.connections.open_connections().empty();
}

TEST(Link, CarriesMessagesWithTheCallersWorld) {
  McpThread mcp;
  TestLink link(mcp);
  const net::LinkHello hello = link.greet();
  EXPECT_FALSE(hello.resumed);
  EXPECT_EQ(hello.received, 0U);
  EXPECT_FALSE(hello.epoch.empty());
  link.send(1, kInitialize);
  EXPECT_THAT(link.line(),
              StartsWith(R"(M 1 {"jsonrpc":"2.0","id":0,"result":{"protocolVersion")"));
  EXPECT_EQ(link.line(), "A 1\n");
  link.send(2, call_wait(1));
  EXPECT_EQ(link.line(), "A 2\n");
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    const core::Caller& caller = world.calls[0].context.caller;
    EXPECT_EQ(caller.client_id, "bridge-1");
    EXPECT_EQ(caller.identity.principal, "token:client");
    EXPECT_EQ(caller.cwd, "/home/dev");
    EXPECT_EQ(caller.link_key, "link:2");
    const auto open = world.connections.open_connections();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].id, caller.connection_id);
    EXPECT_EQ(open[0].kind, "bridge");
    EXPECT_EQ(open[0].client_name, "IDE");
    EXPECT_EQ(open[0].protocol_version, "2025-11-25");
  });
  mcp.finish(0, "done");
  EXPECT_THAT(link.line(), AllOf(StartsWith(R"(M 2 {"jsonrpc":"2.0","id":1,)"), HasSubstr("done")));
}

TEST(Link, ABreakCostsNothing) {
  McpThread mcp;
  std::string epoch;
  {
    TestLink link(mcp);
    epoch = link.greet().epoch;
    link.send(1, kInitialize);
    link.message();
    link.send(2, call_wait(1));
    ASSERT_TRUE(mcp.wait_for_calls(1));
    link.reset();
  }
  ASSERT_TRUE(mcp.wait_until(nobody_is_linked));
  mcp.finish(0, "finished while away");
  TestLink link(mcp);
  const net::LinkHello hello = link.greet(epoch, 1);
  EXPECT_TRUE(hello.resumed);
  EXPECT_EQ(hello.epoch, epoch);
  EXPECT_EQ(hello.received, 2U);
  EXPECT_THAT(link.message(), AllOf(StartsWith("M 2 "), HasSubstr("finished while away")));
  link.send(2, call_wait(1));  // sent again: taken already
  link.send(3, kPing);
  EXPECT_THAT(link.message(), StartsWith(R"(M 3 {"jsonrpc":"2.0","id":5,"result":{}})"))
      << "the handshake still holds, and nothing ran twice";
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_EQ(world.calls.size(), 1U);
    EXPECT_FALSE(world.calls[0].context.cancel->cancelled());
  });
}

TEST(Link, AnotherEpochBeginsAnew) {
  McpThread mcp;
  TestLink first(mcp);
  const std::string epoch = first.greet().epoch;
  first.send(1, kInitialize);
  first.message();
  first.reset();
  ASSERT_TRUE(mcp.wait_until(nobody_is_linked));
  TestLink link(mcp);
  const net::LinkHello hello = link.greet("epoch-before", 41);
  EXPECT_FALSE(hello.resumed);
  EXPECT_EQ(hello.epoch, epoch);
  EXPECT_EQ(hello.received, 0U);
  link.send(1, kInitialize);
  EXPECT_THAT(link.message(), StartsWith("M 1 ")) << "numbered anew";
  link.send(7, call_wait(1));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop(
      [](McpThread::World& world) { EXPECT_EQ(world.calls[0].context.caller.link_key, "link:7"); });
}

TEST(Link, ANewLinkReplacesTheOldOne) {
  McpThread mcp;
  TestLink old(mcp);
  const std::string epoch = old.greet().epoch;
  old.send(1, kInitialize);
  old.message();
  TestLink link(mcp);
  EXPECT_TRUE(link.greet(epoch, 1).resumed);
  EXPECT_EQ(old.line(), "A 1\n");
  EXPECT_TRUE(old.closed());
  mcp.on_loop([](McpThread::World& world) {
    EXPECT_EQ(world.connections.open_connections().size(), 1U);
    EXPECT_THAT(world.connections.close_reasons, ElementsAre("replaced by a new link"));
  });
  link.send(2, kPing);
  EXPECT_THAT(link.message(), StartsWith("M 2 "));
}

TEST(Link, ClientsAreKeptApart) {
  McpThread mcp;
  TestLink one(mcp, "bridge-1");
  TestLink two(mcp, "bridge-2");
  one.greet();
  two.greet();
  one.send(1, kInitialize);
  two.send(1, kInitialize);
  one.message();
  two.message();
  one.send(2, call_wait(1));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  two.send(2, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  two.send(3, kPing);
  EXPECT_THAT(two.message(), HasSubstr(R"("id":5)"));
  mcp.on_loop(
      [](McpThread::World& world) { EXPECT_FALSE(world.calls[0].context.cancel->cancelled()); });
  one.send(3, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  EXPECT_TRUE(mcp.wait_until(
      [](McpThread::World& world) { return world.calls[0].context.cancel->cancelled(); }));
}

TEST(Link, KillingItCancelsAndSendsTheBridgeAway) {
  McpThread mcp;
  TestLink link(mcp);
  const std::string epoch = link.greet().epoch;
  link.send(1, kInitialize);
  link.message();
  link.send(2, call_wait(1));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.connections.kill_all("killed by an admin");
    EXPECT_TRUE(world.calls[0].context.cancel->cancelled());
  });
  EXPECT_EQ(link.message(), "X {\"reason\":\"killed by an admin\",\"reconnect\":false}\n");
  EXPECT_TRUE(link.closed());
  EXPECT_FALSE(TestLink(mcp).greet(epoch, 1).resumed);
}

TEST(Link, AStopLetsTheBridgeComeBack) {
  McpThread mcp;
  TestLink link(mcp);
  link.greet();
  link.send(1, kInitialize);
  link.message();
  link.send(2, call_wait(1));
  ASSERT_TRUE(mcp.wait_for_calls(1));
  mcp.on_loop([](McpThread::World& world) {
    world.links.stop("the service is stopping");
    world.connections.kill_all("the service is stopping");
    EXPECT_FALSE(world.calls[0].context.cancel->cancelled()) << "a stop never cancels";
  });
  EXPECT_EQ(link.message(), "X {\"reason\":\"the service is stopping\",\"reconnect\":true}\n");
  EXPECT_TRUE(link.closed());
}

TEST(Link, AfterAGoodbyeNothingIsKept) {
  McpThread mcp;
  TestLink link(mcp);
  const std::string epoch = link.greet().epoch;
  link.send(1, kInitialize);
  link.message();
  link.raw("X {\"reason\":\"the client is gone\"}\n");
  ASSERT_TRUE(mcp.wait_until(nobody_is_linked));
  EXPECT_FALSE(TestLink(mcp).greet(epoch, 1).resumed);
}

TEST(Link, AClientThatStaysAwayIsForgottenAndItsCallsGoOn) {
  McpThread mcp({}, {.keep = std::chrono::milliseconds(20)});
  std::string epoch;
  {
    TestLink link(mcp);
    epoch = link.greet().epoch;
    link.send(1, kInitialize);
    link.message();
    link.send(2, call_wait(1));
    ASSERT_TRUE(mcp.wait_for_calls(1));
  }
  ASSERT_TRUE(mcp.wait_until(nobody_is_linked));
  ASSERT_TRUE(mcp.wait_until([](McpThread::World& world) { return world.links.clients() == 0; }));
  EXPECT_FALSE(TestLink(mcp).greet(epoch, 1).resumed);
  mcp.on_loop(
      [](McpThread::World& world) { EXPECT_FALSE(world.calls[0].context.cancel->cancelled()); });
  mcp.finish(0, "nobody asks for it");
}

TEST(Link, AnswersPings) {
  McpThread mcp;
  TestLink link(mcp);
  link.greet();
  link.raw("P 41\nP 42\n");
  EXPECT_EQ(link.line(), "Q 41\n");
  EXPECT_EQ(link.line(), "Q 42\n");
}

TEST(Link, ABreachOfTheProtocolEndsIt) {
  McpThread mcp({}, {.hello = std::chrono::milliseconds(50)});
  for (const char* bytes : {"M 1 {}\n", "H nonsense\n", "garbage\n", ""}) {
    TestLink link(mcp);
    link.raw(bytes);
    EXPECT_TRUE(link.closed()) << bytes;
  }
  for (const char* bytes : {"A 7\n", "H {}\n", "Z 1\n"}) {
    TestLink link(mcp);
    link.greet();
    link.raw(bytes);
    EXPECT_TRUE(mcp.wait_until(nobody_is_linked)) << bytes;
  }
}

TEST(Link, BadMessagesAreAnsweredAndTheLinkGoesOn) {
  McpThread mcp;
  TestLink link(mcp);
  link.greet();
  link.send(1, "{nonsense");
  EXPECT_THAT(link.message(), HasSubstr("-32700"));
  link.send(2, kInitialize);
  EXPECT_THAT(link.message(), HasSubstr("protocolVersion"));
}

TEST(Link, AnotherVersionAndAnotherNameAreRefusedForGood) {
  McpThread mcp;
  TestLink old(mcp);
  old.raw("H {\"version\":\"2\",\"client_id\":\"bridge-1\",\"received\":0,\"epoch\":\"\"}\n");
  EXPECT_THAT(old.line(), AllOf(StartsWith("X "), HasSubstr(R"("reconnect":false)")));
  TestLink liar(mcp, "bridge-1");
  liar.raw("H {\"version\":\"1\",\"client_id\":\"bridge-2\",\"received\":0,\"epoch\":\"\"}\n");
  EXPECT_THAT(liar.line(), AllOf(StartsWith("X "), HasSubstr("Berth-Client-Id")));
}

TEST(Link, IsOpenedByBridgesOnly) {
  McpThread mcp;
  const std::string token = "Authorization: Bearer client-token\r\n";
  auto client = mcp.connect();
  EXPECT_EQ(client.exchange(get("/bridge", token)).status, 426);
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: berth-bridge/1\r\n";
  EXPECT_EQ(client.exchange(get("/bridge", token + upgrade)).status, 400) << "no client id";
  EXPECT_EQ(mcp.connect().exchange(get("/bridge", upgrade + "Berth-Client-Id: a\r\n")).status, 401);
}

TEST(Link, ManyClientsAreBounded) {
  McpThread mcp({}, {.clients = 2});
  TestLink one(mcp, "bridge-1");
  one.greet();
  TestLink two(mcp, "bridge-2");
  const std::string epoch = two.greet().epoch;
  TestLink three(mcp, "bridge-3");
  three.raw("H {\"version\":\"1\",\"client_id\":\"bridge-3\",\"received\":0,\"epoch\":\"\"}\n");
  EXPECT_THAT(three.line(), AllOf(StartsWith("X "), HasSubstr(R"("reconnect":true)")));
  two.reset();
  ASSERT_TRUE(mcp.wait_until(
      [](McpThread::World& world) { return world.connections.open_connections().size() == 1; }));
  TestLink four(mcp, "bridge-4");
  EXPECT_FALSE(four.greet().resumed) << "it takes the place of the one that is away";
}

}  // namespace
}  // namespace berth::test
