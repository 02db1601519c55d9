#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::RefusalReason;
using http::Response;

TEST(FrontStop, DrainsWhatIsUnderWayAndRefusesTheRest) {
  FrontThread front;
  SocketClient idle = front.connect();
  ASSERT_EQ(idle.exchange(get("/hello")).status, 200);
  SocketClient busy = front.connect();
  busy.send(get("/later"));
  ASSERT_TRUE(front.wait_kept());
  SocketClient half = front.connect();
  half.send(get("/hello").substr(0, 20));
  ASSERT_TRUE(front.wait_until([](http::Front& f) {
    const auto list = f.connections();
    return std::ranges::count(list, "reading", &http::ConnectionInfo::state) == 1;
  }));

  bool drained = false;
  front.on_loop(
      [&](http::Front& f) { f.drain(std::chrono::minutes(10), [&] { drained = true; }); });
  EXPECT_TRUE(idle.wait_closed());

  const auto refused = half.exchange(get("/hello").substr(20));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_TRUE(half.wait_closed());
  half.half_close();

  // Health stays visible, on a connection that is closed after it.
  SocketClient health = front.connect();
  const auto answer = health.exchange(get("/health"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(health.wait_closed());
  health.half_close();

  front.on_loop([&](http::Front& f) {
    EXPECT_FALSE(drained);
    f.stop_accepting();
    front.kept[0]->respond(Response::json("{}"));
    front.kept.clear();
  });
  const auto last = busy.read_response();
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.headers.at("connection"), "close");
  EXPECT_TRUE(busy.wait_closed());
  busy.half_close();
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return drained; }));
  EXPECT_EQ(front.statistics().refused_for(RefusalReason::draining), 1U);
  EXPECT_THROW(front.connect(), std::runtime_error);
}

TEST(FrontStop, ClosesWhatIsLeftAfterTheGrace) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(get("/later"));
  ASSERT_TRUE(front.wait_kept());
  bool drained = false;
  bool told = false;
  front.on_loop([&](http::Front& f) {
    front.kept[0]->on_disconnect([&] { told = true; });
    f.drain(std::chrono::milliseconds(50), [&] { drained = true; });
  });
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return drained; }));
  EXPECT_TRUE(told);
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontStop, DrainsAtOnceWhenNothingIsOpen) {
  FrontThread front;
  bool drained = false;
  front.on_loop([&](http::Front& f) {
    f.drain(std::chrono::minutes(10), [&] { drained = true; });
    EXPECT_FALSE(drained);
  });
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return drained; }));
}

TEST(FrontStop, RefusesAddressesItCannotHave) {
  FrontThread front;
  front.on_loop([](http::Front& f) {
    EXPECT_FALSE(f.listen_tcp("not an address", 0));
    EXPECT_FALSE(f.listen_tcp("192.0.2.1", 0));
    EXPECT_FALSE(f.listen_local("/nonexistent/berth.sock", 0600));
  });
}

}  // namespace
}  // namespace berth::test
