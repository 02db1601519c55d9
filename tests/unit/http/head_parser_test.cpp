#include "api/http/head_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::http {
namespace {

constexpr FrontLimits kLimits;

/// What the scanner and then the parser say to a whole head: 0 = accepted, else the status.
int status_of(const std::string& bytes) {
  HeadScanner scanner(kLimits);
  const auto length = scanner.scan(bytes);
  if (!length) return length.error().status;
  if (*length == 0) return -1;
  const auto head = parse_head(std::string_view(bytes).substr(0, *length), kLimits);
  return head ? 0 : head.error().status;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

Head parsed(const std::string& bytes) {
  auto head = parse_head(bytes, kLimits);
  EXPECT_TRUE(head) << bytes;
  return std::move(*head);
}

struct Case {
  std::string bytes;
  int status;
};

TEST(HeadParser, TellsGoodFromBadHeads) {
  const std::vector<Case> cases{
      {get(""), 0},
      {get("X: \xc3\xbc\r\n"), 0},
      {get("Empty:\r\n"), 0},
      // request line
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\xc3\xbc HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      // Host
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {get("Host: localhost\r\n"), 400},
      {get("host: other\r\n"), 400},
      {"GET / HTTP/1.0\r\n\r\n", 0},
      // framing
      {get("Content-Length: 5\r\n"), 0},
      {get("Content-Length: -5\r\n"), 400},
      {get("Content-Length: +5\r\n"), 400},
      {get("Content-Length: 5,5\r\n"), 400},
      {get("Content-Length: 0x5\r\n"), 400},
      {get("Content-Length: 5 5\r\n"), 400},
      {get("Content-Length:\r\n"), 400},
      {get("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {get("Content-Length: 5\r\ncontent-length: 6\r\n"), 400},
      {get("Content-Length: 99999999999999999999\r\n"), 413},
      {get("Transfer-Encoding: chunked\r\n"), 0},
      {get("Transfer-Encoding: Chunked\r\n"), 0},
      {get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400},
      {get("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {get("Transfer-Encoding: xchunked\r\n"), 501},
      {get("Transfer-Encoding:\r\n"), 501},
      {get("Transfer-Encoding : chunked\r\n"), 400},
      {get("Transfer-Encoding\t: chunked\r\n"), 400},
      {get("Transfer-Encoding: \x0b"
           "chunked\r\n"),
       400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      // fields
      {get(" folded\r\n"), 400},
      {get("A: b\r\n folded\r\n"), 400},
      {get("A: b\r\n\tfolded\r\n"), 400},
      {get("no colon\r\n"), 400},
      {get(": no name\r\n"), 400},
      {get("A b: c\r\n"), 400},
      {get(std::string("A: b\0c\r\n", 8)), 400},
      {get("A: b\x01\r\n"), 400},
      {get("A: b\x7f\r\n"), 400},
      {get("A: b\nX: c\r\n"), 400},
      {get("A: b\rX: c\r\n"), 400},
      {get("A: b\r\r\n"), 400},
      {get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
      {get("Expect: 100-continue\r\n"), 0},
      {get("Expect: 200-ok\r\n"), 417},
      // bare line feeds never end a head
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      // TLS to a plain port
      {"\x16\x03\x01\x02", 400},
  };
  for (const auto& [bytes, status] : cases) EXPECT_EQ(status_of(bytes), status) << bytes;
}

TEST(HeadParser, BoundsTargetFieldsAndHead) {
  const auto with_target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(status_of(with_target(16'384)), 0);
  EXPECT_EQ(status_of(with_target(16'385)), 414);
  // Told while it is still coming, without waiting for the line's end.
  EXPECT_EQ(status_of("GET /" + std::string(17'000, 'a')), 414);

  const auto with_fields = [](int count) {
    std::string fields;
    for (int i = 1; i < count; ++i) fields += "X: y\r\n";  // Host is the first
    return get(fields);
  };
  EXPECT_EQ(status_of(with_fields(100)), 0);
  EXPECT_EQ(status_of(with_fields(101)), 431);

  const std::size_t others = get("X: \r\n").size();
  EXPECT_EQ(status_of(get("X: " + std::string(65'536 - others, 'a') + "\r\n")), 0);
  EXPECT_EQ(status_of(get("X: " + std::string(65'537 - others, 'a') + "\r\n")), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'a')), 431);
}

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreCut) {
  const std::string head = get("A: b\r\nC: d\r\n");
  const std::string bytes = head + "rest\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    HeadScanner scanner(kLimits);
    ASSERT_EQ(scanner.scan(bytes.substr(0, cut)), 0U) << cut;
    ASSERT_EQ(scanner.scan(bytes), head.size()) << cut;
  }
  HeadScanner scanner(kLimits);
  for (std::size_t size = 1; size < head.size(); ++size) {
    ASSERT_EQ(scanner.scan(bytes.substr(0, size)), 0U);
  }
  EXPECT_EQ(scanner.scan(head), head.size());
}

TEST(HeadScanner, RefusesABareReturnWhereverTheBytesAreCut) {
  const std::string bytes = "GET / HTTP/1.1\rX";
  HeadScanner scanner(kLimits);
  EXPECT_EQ(scanner.scan(bytes.substr(0, bytes.size() - 1)), 0U);
  EXPECT_FALSE(scanner.scan(bytes));
}

TEST(HeadParser, DecidesWhetherTheConnectionStays) {
  EXPECT_TRUE(parsed(get("")).keep_alive);
  EXPECT_FALSE(parsed(get("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(parsed(get("Connection: foo, Close\r\n")).keep_alive);
  EXPECT_FALSE(parsed(get("Connection: keep-alive\r\nConnection: close\r\n")).keep_alive);
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(HeadParser, KeepsValuesAsTheyCame) {
  // Poco's own parser would decode this into a value with a line break.
  const Head head = parsed(get(
      "X-Word: =?utf-8?Q?a=0D=0AInjected:_b?=\r\nLong: " + std::string(10'000, 'v') + " \t\r\n"));
  EXPECT_EQ(field(*head.message, "x-word"), "=?utf-8?Q?a=0D=0AInjected:_b?=");
  EXPECT_EQ(field(*head.message, "LONG"), std::string(10'000, 'v'));
  EXPECT_EQ(field(*head.message, "Absent"), std::nullopt);
}

}  // namespace
}  // namespace berth::http
