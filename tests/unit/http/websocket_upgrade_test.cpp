#include "api/http/websocket_upgrade.h"

#include <gtest/gtest.h>

#include "api/http/head_parser.h"

namespace berth::http {
namespace {

const std::string kUpgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kVersion = "Sec-WebSocket-Version: 13\r\n";

Request request_with(const std::string& fields, const std::string& line = "GET /ws HTTP/1.1") {
  const FrontLimits limits;
  auto head = parse_head(line + "\r\nHost: localhost\r\n" + fields + "\r\n", limits);
  EXPECT_TRUE(head) << fields;
  Request request;
  request.method = head->method;
  request.message = std::move(head->message);
  return request;
}

int refusal_of(const std::string& fields, const std::string& line = "GET /ws HTTP/1.1") {
  const auto refused = refuse_websocket(request_with(fields, line));
  return refused ? refused->status : 0;
}

TEST(WebSocketUpgrade, AnswersTheKeyOfTheSpecification) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      << "RFC 6455 section 1.3";
}

TEST(WebSocketUpgrade, TakesAnOpeningHandshakeOnly) {
  EXPECT_EQ(refusal_of(kUpgrade + kKey + kVersion), 0);
  EXPECT_EQ(refusal_of("Connection: UPGRADE\r\nUpgrade: WebSocket\r\n" + kKey + kVersion), 0);
  EXPECT_EQ(refusal_of(kKey + kVersion), 426);
  EXPECT_EQ(refusal_of("Upgrade: websocket\r\n" + kKey + kVersion), 426);
  EXPECT_EQ(refusal_of("Connection: Upgrade\r\nUpgrade: h2c\r\n" + kKey + kVersion), 426);
  EXPECT_EQ(refusal_of(kUpgrade + kKey), 426);
  EXPECT_EQ(refusal_of(kUpgrade + kKey + "Sec-WebSocket-Version: 8\r\n"), 426);
  EXPECT_EQ(refusal_of(kUpgrade + kVersion), 400);
  for (const char* key : {"", "AAAA", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZWQ=", "!"}) {
    EXPECT_EQ(refusal_of(kUpgrade + kVersion + "Sec-WebSocket-Key: " + key + "\r\n"), 400) << key;
  }
  EXPECT_EQ(refusal_of(kUpgrade + kKey + kVersion, "HEAD /ws HTTP/1.1"), 426);
  EXPECT_EQ(refusal_of(kUpgrade + kKey + kVersion, "GET /ws HTTP/1.0"), 426);
}

TEST(WebSocketUpgrade, NamesItsVersion) {
  const auto refused = refuse_websocket(request_with(kUpgrade + kKey));
  ASSERT_TRUE(refused);
  bool named = false;
  for (const auto& [name, value] : refused->headers) {
    named = named || (name == "Sec-WebSocket-Version" && value == "13");
  }
  EXPECT_TRUE(named);
}

TEST(WebSocketUpgrade, KeyAndVersionStandOnce) {
  const FrontLimits limits;
  const std::string head = "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + kUpgrade + kKey + kVersion;
  EXPECT_TRUE(parse_head(head + "\r\n", limits));
  EXPECT_FALSE(parse_head(head + kKey + "\r\n", limits));
  EXPECT_FALSE(parse_head(head + kVersion + "\r\n", limits));
}

TEST(WebSocketUpgrade, FindsTheSubprotocolItHas) {
  const auto offers = [](const std::string& fields) {
    return offers_subprotocol(request_with(fields), "mcp");
  };
  EXPECT_TRUE(offers("Sec-WebSocket-Protocol: mcp\r\n"));
  EXPECT_TRUE(offers("Sec-WebSocket-Protocol: chat , mcp\r\n"));
  EXPECT_TRUE(offers("sec-websocket-protocol: chat\r\nSec-WebSocket-Protocol: mcp\r\n"));
  EXPECT_FALSE(offers("Sec-WebSocket-Protocol: MCP, mcp2, \r\n"));
  EXPECT_FALSE(offers(""));
}

TEST(WebSocketUpgrade, AnswersWithTheSubprotocolIfThereIsOne) {
  const Request request = request_with(kUpgrade + kKey + kVersion);
  const Headers plain = websocket_headers(request, "");
  ASSERT_EQ(plain.size(), 2U);
  EXPECT_EQ(plain[0].value, "websocket");
  EXPECT_EQ(plain[1].name, "Sec-WebSocket-Accept");
  EXPECT_EQ(plain[1].value, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const Headers mcp = websocket_headers(request, "mcp");
  ASSERT_EQ(mcp.size(), 3U);
  EXPECT_EQ(mcp[2].name, "Sec-WebSocket-Protocol");
  EXPECT_EQ(mcp[2].value, "mcp");
}

}  // namespace
}  // namespace berth::http
