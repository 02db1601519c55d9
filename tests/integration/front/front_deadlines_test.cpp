#include <gtest/gtest.h>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::RefusalReason;
using std::chrono::milliseconds;

const std::string kBodyHead =
    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";

TEST(FrontDeadlines, EndsAHeadThatDoesNotEnd) {
  http::FrontOptions options;
  options.limits.head = milliseconds(100);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send("GET /hello HTTP/1.1\r\nHo");
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 408);
  EXPECT_TRUE(client.wait_closed());
  EXPECT_EQ(front.statistics().refused_for(RefusalReason::timed_out), 1U);
}

TEST(FrontDeadlines, AHeadIsNotProlongedByItsBytes) {
  http::FrontOptions options;
  options.limits.head = milliseconds(100);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send("GET /hello HTTP/1.1\r\n");
  // One byte for every turn of the loop, until the front has had enough.
  const bool ended = front.wait_until([&](http::Front& f) {
    client.send("X");
    return f.statistics().refused_for(RefusalReason::timed_out) == 1;
  });
  EXPECT_TRUE(ended);
}

TEST(FrontDeadlines, EachPipelinedHeadHasItsOwnTime) {
  http::FrontOptions options;
  options.limits.head = milliseconds(1500);
  FrontThread front(options);
  SocketClient client = front.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get("/hello").substr(0, 10));
    const auto begun = std::chrono::steady_clock::now();
    front.wait_until(
        [&](http::Front&) { return std::chrono::steady_clock::now() - begun > milliseconds(600); });
    client.send(get("/hello").substr(10));
    ASSERT_EQ(client.read_response().status, 200) << i;
  }
}

TEST(FrontDeadlines, EndsABodyThatStops) {
  http::FrontOptions options;
  options.limits.body_window = milliseconds(100);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(kBodyHead + std::string(5'000, 'x'));  // enough for the first window, then nothing
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontDeadlines, EndsABodyThatTakesTooLongInAll) {
  http::FrontOptions options;
  options.limits.body = milliseconds(150);
  options.limits.body_min_rate = 0;
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(kBodyHead);
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontDeadlines, ClosesIdleConnectionsWithoutAWord) {
  http::FrontOptions options;
  options.limits.idle = milliseconds(500);
  FrontThread front(options);
  SocketClient silent = front.connect();
  SocketClient used = front.connect();
  EXPECT_EQ(used.exchange(get("/hello")).body, "hello");
  EXPECT_TRUE(used.wait_closed());
  EXPECT_TRUE(silent.wait_closed());
}

TEST(FrontDeadlines, AHandlerMayTakeItsTime) {
  http::FrontOptions options;
  options.limits.idle = options.limits.head = options.limits.body = milliseconds(300);
  options.limits.write_stall = options.limits.linger = milliseconds(300);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(get("/later"));
  ASSERT_TRUE(front.wait_kept());
  const auto begun = std::chrono::steady_clock::now();
  front.wait_until(
      [&](http::Front&) { return std::chrono::steady_clock::now() - begun > milliseconds(700); });
  front.on_loop([&](http::Front&) { front.kept[0]->respond(http::Response::json("{}")); });
  EXPECT_EQ(client.read_response().status, 200);
}

TEST(FrontDeadlines, ClosesAClientThatDoesNotTakeItsAnswer) {
  http::FrontOptions options;
  options.limits.write_stall = milliseconds(150);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(get("/size/30000000"));
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.statistics().stalled_writes == 1; }));
  EXPECT_FALSE(client.read_response().complete);
}

TEST(FrontDeadlines, ASlowButSteadyReaderGetsItsAnswer) {
  http::FrontOptions options;
  options.limits.write_stall = milliseconds(1500);
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send(get("/size/32000000"));
  std::size_t read = 0;
  const auto begun = std::chrono::steady_clock::now();
  // In all longer than write_stall allows for standing still, with something taken all the time.
  for (int step = 1; step <= 8; ++step) {
    read += client.read_bytes(4'000'000).size();
    front.wait_until([&](http::Front&) {
      return std::chrono::steady_clock::now() - begun > milliseconds(300) * step;
    });
  }
  EXPECT_EQ(read, 32'000'000U);
  EXPECT_EQ(front.statistics().stalled_writes, 0U);
}

TEST(FrontDeadlines, LingersOnlySoLong) {
  http::FrontOptions options;
  options.limits.linger = milliseconds(100);
  FrontThread front(options);
  SocketClient client = front.connect();
  EXPECT_EQ(client.exchange(get("/hello", "Connection: close\r\n")).status, 200);
  // The client keeps its side open, and the front forgets it all the same.
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().empty(); }));
}

TEST(FrontDeadlines, LingersOnlyForSoMuch) {
  http::FrontOptions options;
  options.limits.linger = std::chrono::minutes(10);
  options.limits.linger_bytes = 100'000;
  FrontThread front(options);
  SocketClient client = front.connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 400);
  while (client.send(std::string(10'000, 'x'))) {
  }
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().empty(); }));
}

}  // namespace
}  // namespace berth::test
