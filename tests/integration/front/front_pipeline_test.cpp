#include <gtest/gtest.h>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::Response;

TEST(FrontPipeline, AnswersFiftyRequestsOfOnePacketInOrder) {
  FrontThread front;
  SocketClient client = front.connect();
  std::string packet;
  for (int i = 0; i < 50; ++i) {
    packet += i % 5 == 0 ? post("/echo", std::to_string(i)) : get("/hello/" + std::to_string(i));
  }
  client.send(packet);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.read_response().body, std::to_string(i));
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST(FrontPipeline, StartsTheNextOnlyAfterTheAnswer) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(get("/later") + get("/hello/second") + get("/later"));
  ASSERT_TRUE(front.wait_kept());
  front.on_loop([&](http::Front&) {
    EXPECT_EQ(front.handled, std::vector<std::string>{"/later"});
    front.kept[0]->respond(Response::json("1"));
    EXPECT_EQ(front.handled, (std::vector<std::string>{"/later", "/hello/second", "/later"}));
    front.kept[1]->respond(Response::json("3"));
  });
  EXPECT_EQ(client.read_response().body, "1");
  EXPECT_EQ(client.read_response().body, "second");
  EXPECT_EQ(client.read_response().body, "3");
}

TEST(FrontPipeline, ReadsOnlySoFarAhead) {
  http::FrontOptions options;
  options.limits.read_ahead_bytes = 10'000;
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(get("/later"));
  ASSERT_TRUE(front.wait_kept());
  std::string packet;
  constexpr int kRequests = 20'000;
  for (int i = 0; i < kRequests; ++i) packet += get("/hello/" + std::to_string(i));
  std::thread sender([&] { client.send(packet); });
  const auto received = [](http::Front& f) {
    return f.connections().empty() ? 0 : f.connections()[0].bytes_received;
  };
  EXPECT_TRUE(front.wait_until([&](http::Front& f) { return received(f) >= 10'000; }));
  front.on_loop([&](http::Front& f) {
    // One more read may have been under way.
    EXPECT_LE(received(f), 10'000U + 65'536U + get("/later").size());
    front.kept[0]->respond(Response::json("go on"));
  });
  EXPECT_EQ(client.read_response().body, "go on");
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_EQ(client.read_response().body, std::to_string(i));
  }
  sender.join();
}

TEST(FrontPipeline, AClientThatDoesNotReadHoldsOneAnswerOnly) {
  FrontThread front;
  SocketClient client = front.connect();
  std::string packet;
  for (int i = 0; i < 20; ++i) packet += get("/size/8000000");
  client.send(packet);
  ASSERT_TRUE(front.wait_until([](http::Front& f) {
    return !f.connections().empty() && f.connections()[0].state == "responding";
  }));
  front.on_loop([&](http::Front&) { EXPECT_EQ(front.handled.size(), 1U); });
  for (int i = 0; i < 20; ++i) {
    const auto response = client.read_response();
    ASSERT_EQ(response.body.size(), 8'000'000U);
  }
}

}  // namespace
}  // namespace berth::test
