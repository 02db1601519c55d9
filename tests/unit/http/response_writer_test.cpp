#include "api/http/response_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ResponseWriter, RefusesHeadersThatCouldEndTheLineOrBelongToTheFront) {
  const std::vector<HeaderField> bad{
      {"X", "a\r\nInjected: b"},
      {"X", "a\nb"},
      {"X", "a\rb"},
      {"X", std::string("a\0b", 3)},
      {"X\r\nY", "a"},
      {"X Y", "a"},
      {"", "a"},
      {"X:", "a"},
      {"Content-Length", "0"},
      {"transfer-encoding", "chunked"},
      {"Connection", "close"},
      {"Date", "now"},
  };
  for (const auto& field : bad) EXPECT_FALSE(check_headers({field})) << field.name;
  EXPECT_TRUE(check_headers({{"X", "a\tb \xc3\xbc"}, {"Set-Cookie", "a"}, {"Set-Cookie", "b"}}));
}

TEST(ResponseWriter, AddsFramingAndSecurityFields) {
  ResponseFrame frame;
  frame.length = 12;
  frame.correlation_id = core::CorrelationId::make();
  const std::string head = format_head(200, {{"Content-Type", "text/plain"}}, frame);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 12\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nServer: Berth\r\n"));
  EXPECT_THAT(head, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nBerth-Correlation-Id: " + frame.correlation_id.str() + "\r\n"));
}

TEST(ResponseWriter, LetsAPageSayHowItIsCached) {
  const std::string head = format_head(200, {{"cache-control", "max-age=60"}}, {});
  EXPECT_THAT(head, HasSubstr("max-age=60"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
}

TEST(ResponseWriter, FramesByWhatTheClientUnderstands) {
  ResponseFrame frame;
  frame.end = BodyEnd::chunked;
  EXPECT_THAT(format_head(200, {}, frame), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  frame.end = BodyEnd::close;
  frame.keep_alive = false;
  EXPECT_THAT(format_head(200, {}, frame), HasSubstr("\r\nConnection: close\r\n"));
  frame.end = BodyEnd::none;
  EXPECT_THAT(format_head(204, {}, frame), Not(HasSubstr("Content-Length")));
  const std::string upgrade = format_head(101, {{"Upgrade", "berth-bridge/1"}}, frame);
  EXPECT_THAT(upgrade, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(upgrade, HasSubstr("\r\nConnection: Upgrade\r\n"));
}

TEST(ResponseWriter, WritesChunks) {
  EXPECT_EQ(format_chunk("hello"), "5\r\nhello\r\n");
  EXPECT_EQ(format_chunk(std::string(255, 'x')), "ff\r\n" + std::string(255, 'x') + "\r\n");
}

}  // namespace
}  // namespace berth::http
