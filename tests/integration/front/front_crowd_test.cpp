#include <gtest/gtest.h>

#include <vector>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::RefusalReason;

TEST(FrontCrowd, IdleAndHalfSentConnectionsDoNotKeepAnyoneOut) {
  FrontThread front;
  std::vector<SocketClient> crowd;
  for (int i = 0; i < 2'000; ++i) crowd.push_back(front.connect());
  for (int i = 0; i < 100; ++i) {
    crowd.push_back(front.connect());
    crowd.back().send("GET /hello HTTP/1.1\r\nHost: loc");
    crowd.push_back(front.connect());
    crowd.back().send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  }
  SocketClient client = front.connect();
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().size() == 2'201; }));
  EXPECT_EQ(client.exchange(post("/echo", "again")).body, "again");
  // The half-sent ones are not lost either.
  crowd.back().send(std::string(96, 'x'));
  EXPECT_EQ(crowd.back().read_response().body, "half" + std::string(96, 'x'));
}

TEST(FrontCrowd, OverTheCapAConnectionIsToldSoAndClosed) {
  http::FrontOptions options;
  options.limits.connections = 3;
  options.limits.refusals = 2;
  FrontThread front(options);
  std::vector<SocketClient> inside;
  for (int i = 0; i < 3; ++i) {
    inside.push_back(front.connect());
    ASSERT_EQ(inside.back().exchange(get("/hello")).status, 200);
  }
  std::vector<SocketClient> outside;
  for (int i = 0; i < 2; ++i) {
    outside.push_back(front.connect());
    const auto refused = outside.back().exchange(get("/hello"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.at("retry-after"), "1");
    EXPECT_TRUE(outside.back().wait_closed());
  }
  // Both places for refusals are taken until their clients close: one more is closed without words.
  SocketClient beyond = front.connect();
  EXPECT_TRUE(beyond.wait_closed());
  EXPECT_EQ(front.statistics().refused_for(RefusalReason::capacity), 3U);

  EXPECT_EQ(inside[0].exchange(get("/hello")).status, 200);
  inside.pop_back();
  outside.clear();
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().size() == 2; }));
  EXPECT_EQ(front.connect().exchange(get("/hello")).status, 200);
}

TEST(FrontCrowd, AnUpgradedConnectionKeepsItsPlace) {
  http::FrontOptions options;
  options.limits.connections = 1;
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(get("/upgrade"));
  ASSERT_TRUE(front.wait_kept());
  std::optional<http::Upgraded> upgraded;
  front.on_loop([&](http::Front&) {
    upgraded = front.kept[0]->upgrade({{"Upgrade", "x"}});
    front.kept.clear();
  });
  EXPECT_EQ(front.connect().exchange(get("/hello")).status, 503);
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().empty(); }));
  front.on_loop([&](http::Front&) { upgraded.reset(); });
  EXPECT_EQ(front.connect().exchange(get("/hello")).status, 200);
}

TEST(FrontCrowd, ListsAndKillsConnections) {
  FrontThread front;
  SocketClient first = front.connect();
  SocketClient second = front.connect_local();
  EXPECT_EQ(first.exchange(get("/who", "Authorization: Bearer client-token\r\n")).status, 200);
  EXPECT_EQ(second.exchange(get("/who", "Berth-Client-Id: b\r\n")).status, 200);
  core::ConnectionId id;
  front.on_loop([&](http::Front& f) {
    ASSERT_EQ(f.connections().size(), 2U);
    for (const auto& info : f.connections()) {
      EXPECT_EQ(info.requests, 1U);
      EXPECT_EQ(info.state, "idle");
      EXPECT_GT(info.bytes_received, 0U);
      EXPECT_GT(info.bytes_sent, 0U);
      if (info.local) {
        EXPECT_EQ(info.client_id, "b");
      } else {
        EXPECT_EQ(info.principal, "token:client");
        id = info.id;
      }
    }
    EXPECT_TRUE(f.close_connection(id));
    EXPECT_FALSE(f.close_connection(id));
  });
  EXPECT_TRUE(first.wait_closed());
  EXPECT_EQ(second.exchange(get("/hello")).body, "hello");
}

}  // namespace
}  // namespace berth::test
