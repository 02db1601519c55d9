#include "service/net/link_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// All frames that are complete, each as `<kind> <number> <json>`.
std::vector<std::string> drain(LinkDecoder& decoder) {
  std::vector<std::string> out;
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) {
      out.push_back("error: " + frame.error().message);
      return out;
    }
    if (!*frame) return out;
    out.push_back(std::string(1, static_cast<char>((*frame)->kind)) + " " +
                  std::to_string((*frame)->number) + " " + std::string((*frame)->json));
  }
}

std::string all_kinds() {
  std::string wire;
  LinkHello hello;
  hello.client_id = "abc";
  hello.epoch = "e1";
  hello.received = 7;
  append_bridge_hello(wire, hello);
  append_message(wire, 1, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  append_acknowledge(wire, 18446744073709551615ULL);
  append_ping(wire, 3);
  append_pong(wire, 4);
  append_goodbye(wire, {"stopping", false});
  return wire;
}

TEST(LinkFrame, WritesTheLinesThatTheProtocolDescribes) {
  EXPECT_EQ(all_kinds(),
            "H {\"version\":\"1\",\"client_id\":\"abc\",\"received\":7,\"epoch\":\"e1\"}\n"
            "M 1 {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
            "A 18446744073709551615\n"
            "P 3\n"
            "Q 4\n"
            "X {\"reason\":\"stopping\",\"reconnect\":false}\n");
}

TEST(LinkFrame, ReadsTheSameFramesWhereverTheStreamIsSplit) {
  const std::string wire = all_kinds();
  LinkDecoder whole;
  whole.feed(wire);
  const std::vector<std::string> expected = drain(whole);
  ASSERT_EQ(expected.size(), 6U);
  EXPECT_EQ(expected[1], R"(M 1 {"jsonrpc":"2.0","id":1,"method":"ping"})");
  for (std::size_t first = 0; first <= wire.size(); ++first) {
    for (std::size_t second = first; second <= wire.size(); ++second) {
      LinkDecoder decoder;
      std::vector<std::string> got;
      for (const std::string& part :
           {wire.substr(0, first), wire.substr(first, second - first), wire.substr(second)}) {
        decoder.feed(part);
        for (std::string& frame : drain(decoder)) got.push_back(std::move(frame));
      }
      ASSERT_EQ(got, expected) << "split at " << first << " and " << second;
    }
  }
}

TEST(LinkFrame, KeepsFramesThatAreNotYetTakenWhenMoreArrives) {
  LinkDecoder decoder;
  decoder.feed("A 1\nA 2\nA");
  ASSERT_EQ((*decoder.next())->number, 1U);
  decoder.feed(" 3\n");
  EXPECT_THAT(drain(decoder), ElementsAre("A 2 ", "A 3 "));
}

TEST(LinkFrame, RefusesWhatIsNotAFrame) {
  for (const std::string bad :
       {"", "A", "A ", "A x", "A 1 ", "A -1", "A 18446744073709551616", "M 1", "M 1 ", "M 0 {}",
        "M x {}", "Z 1", "a 1", "M1 {}", "GET / HTTP/1.1\r"}) {
    LinkDecoder decoder;
    decoder.feed("P 9\n" + bad + "\nP 10\n");
    const auto first = decoder.next();
    ASSERT_TRUE(first && *first) << bad;
    const auto second = decoder.next();
    ASSERT_FALSE(second) << bad;
    EXPECT_EQ(second.error().code, core::ErrorCode::invalid_argument);
    EXPECT_FALSE(decoder.next()) << "a broken stream stays broken after: " << bad;
  }
}

TEST(LinkFrame, CarriesAMessageOfTheLargestSizeAndRefusesOneByteMore) {
  const std::string largest(kMaxLinkMessage, 'x');
  std::string wire;
  append_message(wire, 18446744073709551615ULL, largest);
  append_ping(wire, 1);
  LinkDecoder decoder;
  for (std::size_t at = 0; at < wire.size(); at += 65536) {
    if (at > 0 && at + 65536 < wire.size()) {
      const auto early = decoder.next();
      ASSERT_TRUE(early);
      ASSERT_FALSE(*early);
    }
    decoder.feed(std::string_view(wire).substr(at, 65536));
  }
  const auto frame = decoder.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_TRUE((*frame)->json == largest);
  EXPECT_THAT(drain(decoder), ElementsAre("P 1 "));

  wire.clear();
  append_message(wire, 1, largest + "x");
  decoder.feed(wire);
  const auto refused = decoder.next();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::too_large);
}

TEST(LinkFrame, RefusesAnEndlessLineBeforeItIsComplete) {
  LinkDecoder decoder;
  const std::string block(1U << 20U, 'x');
  std::size_t fed = 0;
  bool refused = false;
  while (!refused && fed < kMaxLinkMessage * 2) {
    decoder.feed(block);
    fed += block.size();
    refused = !decoder.next();
  }
  EXPECT_TRUE(refused);
  EXPECT_LE(fed, kMaxLinkMessage + kMaxLinkHeader + block.size());
}

TEST(LinkFrame, SendsARawLineEndBetweenTokensAsASpace) {
  std::string wire;
  append_message(wire, 5, "{\r\n  \"a\": 1\n}");
  EXPECT_EQ(wire, "M 5 {\r   \"a\": 1 }\n");
}

TEST(LinkFrame, ReadsBothSidesHello) {
  std::string wire;
  LinkHello sent;
  sent.epoch = "e2";
  sent.received = 4;
  sent.resumed = true;
  append_service_hello(wire, sent);
  const auto hello = parse_hello(wire.substr(2));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->epoch, "e2");
  EXPECT_EQ(hello->received, 4U);
  EXPECT_TRUE(hello->resumed);

  const auto later = parse_hello(R"({"version":"1","client_id":"c","something":[1],"epoch":""})");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->client_id, "c");
  EXPECT_EQ(later->received, 0U);
  EXPECT_FALSE(later->resumed);
}

TEST(LinkFrame, RefusesAHelloItCannotRead) {
  EXPECT_EQ(parse_hello(R"({"version":"2"})").error().code, core::ErrorCode::unsupported);
  EXPECT_THAT(parse_hello("{}").error().message, HasSubstr("version"));
  for (const char* bad :
       {"", "[]", "{", R"({"version":"1","received":-1})", R"({"version":"1","received":1.5})",
        R"({"version":"1","received":"1"})"}) {
    const auto hello = parse_hello(bad);
    ASSERT_FALSE(hello) << bad;
    EXPECT_EQ(hello.error().code, core::ErrorCode::invalid_argument) << bad;
  }
}

TEST(LinkFrame, ReadsAGoodbye) {
  const auto killed = parse_goodbye(R"({"reason":"killed \"by\" root","reconnect":false})");
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->reason, "killed \"by\" root");
  EXPECT_FALSE(killed->reconnect);
  EXPECT_TRUE(parse_goodbye("{}")->reconnect);
  EXPECT_FALSE(parse_goodbye("gone"));
}

}  // namespace
}  // namespace berth::net
