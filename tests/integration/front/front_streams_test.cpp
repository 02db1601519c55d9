#include <gtest/gtest.h>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::Headers;

class FrontStreams : public ::testing::Test {
 protected:
  /// Sends a request for /stream and starts its answer.
  std::shared_ptr<http::ResponseStream> open(SocketClient& client,
                                             const std::string& request = get("/stream")) {
    client.send(request);
    EXPECT_TRUE(front.wait_kept());
    std::shared_ptr<http::ResponseStream> stream;
    front.on_loop([&](http::Front&) {
      stream = front.kept.back()->start_stream(200, {{"Content-Type", "text/event-stream"}});
      front.kept.clear();
    });
    return stream;
  }
  bool wait_no_connection() {
    return front.wait_until([](http::Front& f) { return f.connections().empty(); });
  }
  static http::FrontOptions short_limits() {
    http::FrontOptions options;
    options.limits.write_stall = std::chrono::milliseconds(1000);
    options.limits.stream_pending_bytes = 8U << 20U;
    return options;
  }

  FrontThread front{short_limits()};
};

TEST_F(FrontStreams, SendsPiecesAsTheyComeAndKeepsTheConnection) {
  SocketClient client = front.connect();
  auto stream = open(client);
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  front.on_loop([&](http::Front&) { stream->write("first"); });
  EXPECT_EQ(client.read_until("first\r\n"), "5\r\nfirst\r\n");
  front.on_loop([&](http::Front&) {
    stream->write("second");
    stream->end();
    stream->write("too late");
    EXPECT_TRUE(stream->closed());
    stream.reset();
  });
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "6\r\nsecond\r\n0\r\n\r\n");
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST_F(FrontStreams, EndsWithTheConnectionForHttp10) {
  SocketClient client = front.connect();
  auto stream = open(client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  front.on_loop([&](http::Front&) {
    stream->write("all of it");
    stream->end();
  });
  const auto response = client.read_response();
  EXPECT_EQ(response.body, "all of it");
  EXPECT_TRUE(response.complete);
  EXPECT_FALSE(response.headers.contains("transfer-encoding"));
}

TEST_F(FrontStreams, HasNothingToSendForHead) {
  SocketClient client = front.connect();
  auto stream = open(client, "HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  front.on_loop([&](http::Front&) {
    EXPECT_TRUE(stream->closed());
    stream->write("never");
  });
  EXPECT_EQ(client.read_response(true).status, 200);
  EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
}

TEST_F(FrontStreams, DroppedBeforeItsEndItCutsTheConnection) {
  SocketClient client = front.connect();
  auto stream = open(client);
  front.on_loop([&](http::Front&) {
    stream->write("half");
    stream.reset();
  });
  const auto response = client.read_response();
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.body, "half");
}

TEST_F(FrontStreams, TellsThatTheClientHasGone) {
  SocketClient client = front.connect();
  auto stream = open(client);
  bool told = false;
  front.on_loop([&](http::Front&) {
    stream->on_closed([&] {
      told = true;
      stream.reset();  // from its own callback
    });
  });
  client.half_close();
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return told; }));
  EXPECT_TRUE(wait_no_connection());
}

TEST_F(FrontStreams, WaitsForASlowReaderAndSaysWhenItHasCaughtUp) {
  SocketClient client = front.connect();
  auto stream = open(client);
  int drained = 0;
  constexpr std::size_t kPiece = 64U << 10U;
  std::size_t written = 0;
  front.on_loop([&](http::Front&) {
    stream->on_drained([&] { ++drained; });
    while (stream->pending_bytes() < (1U << 20U)) {
      stream->write(std::string(kPiece, 'x'));
      written += kPiece;
    }
    EXPECT_EQ(drained, 0);
  });
  client.read_until("\r\n\r\n");
  // Each piece is a chunk: "10000", its data, and two line ends.
  const std::size_t on_the_wire = written / kPiece * (kPiece + 9);
  EXPECT_EQ(client.read_bytes(on_the_wire).size(), on_the_wire);
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return drained > 0; }));
  front.on_loop([&](http::Front&) {
    EXPECT_EQ(stream->pending_bytes(), 0U);
    stream->end();
  });
}

TEST_F(FrontStreams, ClosesAClientThatDoesNotReadAtAll) {
  SocketClient client = front.connect();
  auto stream = open(client);
  bool told = false;
  front.on_loop([&](http::Front&) {
    stream->on_closed([&] { told = true; });
    while (stream->pending_bytes() < (1U << 20U)) stream->write(std::string(65'536, 'x'));
  });
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return told; }));
  EXPECT_EQ(front.statistics().stalled_writes, 1U);
  EXPECT_TRUE(wait_no_connection());
}

TEST_F(FrontStreams, BoundsWhatWaits) {
  SocketClient client = front.connect();
  auto stream = open(client);
  front.on_loop([&](http::Front&) {
    std::size_t written = 0;
    while (!stream->closed() && written < (64U << 20U)) {
      stream->write(std::string(65'536, 'x'));
      written += 65'536;
    }
    EXPECT_TRUE(stream->closed());
  });
  EXPECT_EQ(front.statistics().stalled_writes, 1U);
}

TEST_F(FrontStreams, HandsTheConnectionOver) {
  SocketClient client = front.connect();
  client.send(get("/upgrade", "Connection: Upgrade\r\nUpgrade: shout/1\r\n") + "early");
  ASSERT_TRUE(front.wait_kept());
  std::optional<http::Upgraded> upgraded;
  std::string heard;
  front.on_loop([&](http::Front& f) {
    EXPECT_TRUE(front.kept[0]->request().wants_upgrade("shout/1"));
    EXPECT_FALSE(front.kept[0]->request().wants_upgrade("websocket"));
    upgraded = front.kept[0]->upgrade({{"Upgrade", "shout/1"}});
    ASSERT_TRUE(upgraded);
    EXPECT_TRUE(f.connections().empty());
    EXPECT_EQ(f.statistics().open_connections, 1U);
    heard = upgraded->leftover;
    upgraded->stream->start_reading([&](std::string_view bytes) { heard += bytes; },
                                    [](const std::optional<core::Error>&) {});
    upgraded->stream->write("HEARD");
  });
  const auto response = client.read_response();
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.headers.at("upgrade"), "shout/1");
  EXPECT_EQ(client.read_bytes(5), "HEARD");
  client.send(" and late");
  EXPECT_TRUE(front.wait_until([&](http::Front&) { return heard == "early and late"; }));
  front.on_loop([&](http::Front& f) {
    upgraded.reset();
    EXPECT_EQ(f.statistics().open_connections, 0U);
    front.kept.clear();
  });
  EXPECT_TRUE(client.wait_closed());
}

TEST_F(FrontStreams, DoesNotHandOverAConnectionThatIsGone) {
  SocketClient client = front.connect();
  client.send(get("/upgrade"));
  ASSERT_TRUE(front.wait_kept());
  client.half_close();
  ASSERT_TRUE(front.wait_until([&](http::Front&) { return front.kept[0]->disconnected(); }));
  front.on_loop([&](http::Front&) {
    EXPECT_FALSE(front.kept[0]->upgrade({{"Upgrade", "shout/1"}}));
    EXPECT_FALSE(front.kept[0]->answered());
    front.kept.clear();
  });
  EXPECT_EQ(client.read_response().status, 500);
}

}  // namespace
}  // namespace berth::test
