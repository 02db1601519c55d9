#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::Response;

TEST(FrontAnswers, KeepsAConnectionForManyRequests) {
  FrontThread front;
  SocketClient client = front.connect();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
    EXPECT_EQ(client.exchange(post("/echo", "some body")).body, "some body");
  }
  EXPECT_EQ(front.statistics().requests, 10U);
  EXPECT_EQ(front.statistics().accepted, 1U);
}

TEST(FrontAnswers, ClosesWhenAskedTo) {
  FrontThread front;
  SocketClient client = front.connect();
  const auto response = client.exchange(get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.at("connection"), "close");
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontAnswers, SpeaksHttp10) {
  FrontThread front;
  SocketClient once = front.connect();
  EXPECT_EQ(once.exchange("GET /hello HTTP/1.0\r\n\r\n").body, "hello");
  EXPECT_TRUE(once.wait_closed());
  SocketClient keep = front.connect();
  const std::string request = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(keep.exchange(request).headers.at("connection"), "keep-alive");
  EXPECT_EQ(keep.exchange(request).body, "hello");
}

TEST(FrontAnswers, AnswersHeadWithoutTheBody) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/hello"));
  const auto head = client.read_response(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "5");
  EXPECT_EQ(client.read_response().body, "hello");
}

TEST(FrontAnswers, AsksForABodyThatWaitsForTheWord) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.exchange("hello").body, "hello");
  // Whoever is not let in is told so instead, and keeps its body.
  client.send(
      "POST /who HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 401);
  EXPECT_EQ(client.interim, 0);
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontAnswers, TakesLargeBodiesWhereTheRouteDoes) {
  FrontThread front;
  SocketClient client = front.connect();
  const std::string body(32U << 20U, 'b');
  const std::string token = "Authorization: Bearer client-token\r\n";
  EXPECT_EQ(client.exchange(post("/big", body, token)).body, std::to_string(body.size()));
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST(FrontAnswers, SendsLargeBodies) {
  FrontThread front;
  SocketClient client = front.connect();
  const auto response = client.exchange(get("/size/20000000"));
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body.size(), 20'000'000U);
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST(FrontAnswers, KnowsWhoCalls) {
  FrontThread front;
  SocketClient client = front.connect();
  const auto by_token = client.exchange(
      get("/who", "Authorization: Bearer client-token\r\nBerth-Client-Id: bridge-7\r\n"));
  EXPECT_TRUE(by_token.body.starts_with("token:client bridge-7 127.0.0.1:")) << by_token.body;
  EXPECT_EQ(client.exchange(get("/root", "Authorization: Bearer admin-token\r\n")).status, 200);
  const auto wrong = client.exchange(get("/who", "Authorization: Bearer wrong\r\n"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.headers.at("www-authenticate"), R"(Bearer realm="berth", error="invalid_token")");
}

TEST(FrontAnswers, KnowsTheUserBehindTheLocalSocket) {
  FrontThread front;
  SocketClient client = front.connect_local();
  const std::string uid = "uid:" + std::to_string(platform::current_uid());
  // Any name will do there, and no token is needed.
  const auto response = client.exchange("GET /who HTTP/1.1\r\nHost: whatever.example\r\n\r\n");
  EXPECT_EQ(response.body, uid + " " + uid + " local:pid=" + std::to_string(getpid()) + "," +
                               "uid=" + std::to_string(platform::current_uid()));
  EXPECT_EQ(client.exchange(get("/root")).status, 403);
}

TEST(FrontAnswers, EchoesTheCorrelationId) {
  FrontThread front;
  SocketClient client = front.connect();
  const auto id = core::CorrelationId::make();
  const std::string field = "Berth-Correlation-Id: " + id.str() + "\r\n";
  EXPECT_EQ(client.exchange(get("/hello", field)).headers.at("berth-correlation-id"), id.str());
  EXPECT_EQ(client.exchange(get("/nothing", field)).headers.at("berth-correlation-id"), id.str());
  const auto fresh = client.exchange(get("/hello")).headers.at("berth-correlation-id");
  EXPECT_TRUE(core::is_id(fresh, "cor_"));
  EXPECT_NE(fresh, id.str());
}

TEST(FrontAnswers, AnswersLater) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(get("/later"));
  ASSERT_TRUE(front.wait_kept());
  front.on_loop([&](http::Front& f) {
    ASSERT_EQ(f.connections().size(), 1U);
    EXPECT_EQ(f.connections()[0].state, "handling");
    const auto exchange = front.kept.back();
    EXPECT_FALSE(exchange->answered());
    exchange->respond(Response::json("{}", 201));
    exchange->respond(Response::json("{}", 500));  // once only
    EXPECT_TRUE(exchange->answered());
  });
  EXPECT_EQ(client.read_response().status, 201);
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST(FrontAnswers, AnswersForAHandlerThatDoesNot) {
  FrontThread front;
  SocketClient client = front.connect();
  EXPECT_EQ(client.exchange(get("/throws")).status, 500);
  EXPECT_EQ(client.exchange(get("/drops")).status, 500);
  EXPECT_EQ(client.exchange(get("/hello")).status, 200);
  EXPECT_EQ(front.statistics().handler_failures, 2U);
}

TEST(FrontAnswers, TellsAHandlerThatTheClientHasGone) {
  FrontThread front;
  for (const bool orderly : {true, false}) {
    SCOPED_TRACE(orderly);
    SocketClient client = front.connect();
    client.send(get("/later"));
    ASSERT_TRUE(front.wait_kept());
    bool told = false;
    front.on_loop([&](http::Front&) { front.kept[0]->on_disconnect([&] { told = true; }); });
    if (orderly) {
      client.half_close();
    } else {
      client.reset();
    }
    EXPECT_TRUE(front.wait_until([&](http::Front&) { return told; }));
    front.on_loop([&](http::Front&) {
      EXPECT_TRUE(front.kept[0]->disconnected());
      bool told_at_once = false;
      front.kept[0]->on_disconnect([&] { told_at_once = true; });
      EXPECT_TRUE(told_at_once);
      front.kept.clear();  // dropped because nobody waits: no defect of the handler
    });
    EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().empty(); }));
  }
  EXPECT_EQ(front.statistics().handler_failures, 0U);
}

TEST(FrontAnswers, AnswersAClientThatHasClosedItsSendingHalf) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(get("/later") + get("/hello"));
  ASSERT_TRUE(front.wait_kept());
  bool told = false;
  front.on_loop([&](http::Front&) { front.kept[0]->on_disconnect([&] { told = true; }); });
  client.half_close();
  ASSERT_TRUE(front.wait_until([&](http::Front&) { return told; }));
  front.on_loop([&](http::Front&) { front.kept[0]->respond(Response::json("{}")); });
  EXPECT_EQ(client.read_response().body, "{}");
  EXPECT_EQ(client.read_response().body, "hello");
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontAnswers, AnExchangeMayOutliveItsConnectionAndFront) {
  auto front = std::make_unique<FrontThread>();
  std::shared_ptr<http::Exchange> exchange;
  SocketClient client = front->connect();
  client.send(get("/later"));
  ASSERT_TRUE(front->wait_kept());
  front->on_loop([&](http::Front& f) {
    exchange = front->kept[0];
    f.close_all();
    EXPECT_TRUE(exchange->disconnected());
  });
  EXPECT_TRUE(client.wait_closed());
  front.reset();
  exchange->respond(Response::no_content());
  EXPECT_TRUE(exchange->answered());
}

}  // namespace
}  // namespace berth::test
