#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/front/front_thread.h"

namespace berth::test {
namespace {

using http::RefusalReason;

struct Case {
  std::string name;
  std::string bytes;
  int status;
  bool stays_open;  ///< the connection answers a further request
};

std::string request(const std::string& line, const std::string& fields) {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

std::vector<Case> cases() {
  std::string fields_200;
  for (int i = 0; i < 200; ++i) fields_200 += "X-" + std::to_string(i) + ": v\r\n";
  const std::string smuggled = get("/hello/smuggled");
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"negative length", request("POST /echo", "Content-Length: -5\r\n"), 400, false},
      {"signed length", request("POST /echo", "Content-Length: +5\r\n"), 400, false},
      {"list of lengths", request("POST /echo", "Content-Length: 5,5\r\n"), 400, false},
      {"double length",
       request("POST /echo", "Content-Length: 5\r\nContent-Length: 5\r\n") + "hello", 400, false},
      {"conflicting lengths",
       request("POST /echo", "Content-Length: 0\r\nContent-Length: 99\r\n") + smuggled, 400, false},
      {"length and chunks",
       request("POST /echo", "Content-Length: 4\r\n" + chunked) + "0\r\n\r\n" + smuggled, 400,
       false},
      {"unknown coding", request("POST /echo", "Transfer-Encoding: gzip, chunked\r\n"), 501, false},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400, false},
      {"two hosts", get("/hello", "Host: localhost\r\n"), 400, false},
      {"another host", "GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, true},
      {"another host with a body",
       "POST /echo HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 99\r\n\r\n" + smuggled, 403,
       false},
      {"another origin", get("/hello", "Origin: http://evil.example\r\n"), 403, true},
      {"bad chunk size", request("POST /echo", chunked) + "zz\r\n", 400, false},
      {"chunk longer than its size",
       request("POST /echo", chunked) + "3\r\nabcd\r\n0\r\n\r\n" + smuggled, 400, false},
      {"200 header fields", request("GET /hello", fields_200), 431, false},
      {"1 MB of header", request("GET /hello", "X: " + std::string(1'000'000, 'x') + "\r\n"), 431,
       false},
      {"1 MB of target", "GET /" + std::string(1'000'000, 'x'), 414, false},
      {"folded field", get("/hello", "X: a\r\n b\r\n"), 400, false},
      {"space before the colon", get("/hello", "X : a\r\n"), 400, false},
      {"bare line feeds", "GET /hello HTTP/1.1\nHost: localhost\n\n", 400, false},
      {"bare carriage return", get("/hello", "X: a\rb\r\n"), 400, false},
      {"NUL", get("/hello", std::string("X: a\0b\r\n", 8)), 400, false},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, false},
      {"TLS", "\x16\x03\x01\x02", 400, false},
      {"unknown method", "BREW /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", 501, false},
      {"method the path does not have", request("PUT /hello", ""), 405, true},
      {"the same with a body", request("PUT /hello", "Content-Length: 3\r\n") + "abc", 405, false},
      {"unknown path", get("/nothing"), 404, true},
      {"dot segments", get("/hello/../root"), 400, true},
      {"malformed escape", get("/hello/%zz"), 400, true},
      {"body over the limit", request("POST /echo", "Content-Length: 1048577\r\n"), 413, false},
      {"chunks over the limit", request("POST /echo", chunked) + "100001\r\n", 413, false},
      {"unmet expectation", request("POST /echo", "Expect: tea\r\nContent-Length: 1\r\n"), 417,
       false},
      {"no credentials", get("/who"), 401, true},
      {"no credentials and a body that is a request", post("/who", smuggled), 401, false},
      {"not an admin", get("/root", "Authorization: Bearer client-token\r\n"), 403, true},
  };
}

TEST(FrontMalformed, EveryCaseIsRefusedAndLeavesTheConnectionAsItShould) {
  FrontThread front;
  for (const auto& [name, bytes, status, stays_open] : cases()) {
    SCOPED_TRACE(name);
    SocketClient client = front.connect();
    client.send(bytes);
    const auto response = client.read_response();
    EXPECT_EQ(response.status, status);
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
    EXPECT_NE(response.body.find("\"status\":" + std::to_string(status)), std::string::npos);
    EXPECT_EQ(response.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.headers.at("cache-control"), "no-store");
    EXPECT_EQ(response.headers.at("connection"), stays_open ? "keep-alive" : "close");
    if (stays_open) {
      EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
    } else {
      // The end follows at once; nothing of what was sent behind is answered.
      EXPECT_TRUE(client.wait_closed());
    }
  }
  front.on_loop([&](http::Front&) {
    for (const auto& path : front.handled) EXPECT_EQ(path, "/hello") << "a smuggled request";
  });
  EXPECT_TRUE(front.wait_until([](http::Front& f) { return f.connections().empty(); }));
  const auto statistics = front.statistics();
  EXPECT_GE(statistics.refused_for(RefusalReason::malformed), 10U);
  EXPECT_EQ(statistics.refused_for(RefusalReason::host), 2U);
  EXPECT_EQ(statistics.refused_for(RefusalReason::origin), 1U);
  EXPECT_EQ(statistics.refused_for(RefusalReason::unauthenticated), 2U);
  EXPECT_EQ(statistics.refused_for(RefusalReason::forbidden), 1U);
}

TEST(FrontMalformed, MethodNotAllowedSaysWhichAre) {
  FrontThread front;
  SocketClient client = front.connect();
  EXPECT_EQ(client.exchange(request("PUT /who", "")).headers.at("allow"),
            "GET, HEAD, POST, OPTIONS");
  const auto options = client.exchange(request("OPTIONS /who", ""));
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers.at("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(client.exchange(request("OPTIONS *", "")).status, 204);
}

TEST(FrontMalformed, AnErrorReachesAClientThatIsStillSendingItsBody) {
  FrontThread front;
  SocketClient client = front.connect();
  // More than the socket buffers hold, and nobody wants it: the answer must not be lost to a reset.
  client.send(request("POST /nothing", "Content-Length: 33554432\r\n"));
  client.send(std::string(700'000, 'x'));
  EXPECT_EQ(client.read_response().status, 404);
  EXPECT_TRUE(client.wait_closed());
}

TEST(FrontMalformed, AChunkedBodyEndsWhereItEndsAndTheNextRequestIsOne) {
  FrontThread front;
  SocketClient client = front.connect();
  client.send(request("POST /echo", "Transfer-Encoding: chunked\r\n") +
              "5;ext=1\r\nhello\r\n0\r\nTrailer: x\r\n\r\n" + get("/hello/next"));
  EXPECT_EQ(client.read_response().body, "hello");
  EXPECT_EQ(client.read_response().body, "next");
  EXPECT_EQ(client.exchange(get("/hello/third")).body, "third");
}

TEST(FrontMalformed, ResponseHeadersCannotBeSplit) {
  FrontThread front;
  SocketClient client = front.connect();
  EXPECT_EQ(client.exchange(get("/header?value=fine")).headers.at("x-value"), "fine");
  for (const std::string value : {"a%0d%0aInjected:%20b", "a%0ab", "a%0db", "a%01"}) {
    const auto response = client.exchange(get("/header?value=" + value));
    EXPECT_EQ(response.status, 500) << value;
    EXPECT_FALSE(response.headers.contains("injected"));
    EXPECT_FALSE(response.headers.contains("x-value"));
  }
  EXPECT_EQ(front.statistics().handler_failures, 4U);
}

}  // namespace
}  // namespace berth::test
