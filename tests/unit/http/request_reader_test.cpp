#include "api/http/request_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::http {
namespace {

constexpr FrontLimits kLimits;
using Phase = RequestReader::Phase;

/// Every request in the bytes as `METHOD target body`, then the status of the refusal if one ended
/// it.
class Collector {
 public:
  void feed(std::string_view bytes) {
    reader_.append(bytes);
    while (!refused_) {
      const auto phase = reader_.advance();
      if (!phase) return refuse(phase.error().status);
      if (*phase == Phase::gate) {
        if (const auto accepted = reader_.accept_body(kLimits.body_bytes); !accepted) {
          return refuse(accepted.error().status);
        }
        continue;
      }
      if (*phase != Phase::complete) return;
      const auto& message = *reader_.head().message;
      seen.push_back(message.getMethod() + " " + message.getURI() + " " + reader_.take_body());
      reader_.next();
    }
  }

  std::vector<std::string> seen;

 private:
  void refuse(int status) {
    refused_ = true;
    seen.push_back(std::to_string(status));
  }

  RequestReader reader_{kLimits};
  bool refused_ = false;
};

std::vector<std::string> read(std::string_view first, std::string_view second = {}) {
  Collector collector;
  collector.feed(first);
  collector.feed(second);
  return collector.seen;
}

TEST(RequestReader, ReadsAPipelineTheSameWayHoweverItIsCut) {
  const std::string bytes =
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "\r\n"  // one empty line between requests is let pass
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\nT: "
      "x\r\n\r\n"
      "GET /d HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::vector<std::string> expected{"GET /a ", "POST /b abc", "POST /c de", "GET /d "};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ASSERT_EQ(read(bytes.substr(0, cut), bytes.substr(cut)), expected) << cut;
  }
  Collector byte_by_byte;
  for (const char c : bytes) byte_by_byte.feed(std::string(1, c));
  EXPECT_EQ(byte_by_byte.seen, expected);
}

TEST(RequestReader, LetsNothingBeSmuggledBehindABody) {
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  // Length and chunks: whoever believes the other one finds a second request.
  EXPECT_EQ(
      read(post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
      std::vector<std::string>{"400"});
  EXPECT_EQ(read(post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled),
            std::vector<std::string>{"400"});
  EXPECT_EQ(read(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" + smuggled),
            std::vector<std::string>{"400"});
  EXPECT_EQ(read("\r\n\r\n" + smuggled), std::vector<std::string>{"400"});
}

TEST(RequestReader, ASecondRequestIsNoPartOfTheFirstOnesTrailers) {
  // `0\r\n\r\nGET`: the chunks end at the empty line and the rest is the next request, once.
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(read(bytes), (std::vector<std::string>{"POST / ", "GET /next "}));
}

TEST(RequestReader, KeepsWhatFollowsForAnotherProtocol) {
  RequestReader reader(kLimits);
  reader.append("GET / HTTP/1.1\r\nHost: h\r\n\r\n\x81\x05hello");
  ASSERT_EQ(reader.advance(), Phase::gate);
  ASSERT_TRUE(reader.accept_body(0));
  ASSERT_EQ(reader.advance(), Phase::complete);
  EXPECT_EQ(reader.take_rest(), "\x81\x05hello");
  EXPECT_EQ(reader.buffered(), 0U);
}

}  // namespace
}  // namespace berth::http
