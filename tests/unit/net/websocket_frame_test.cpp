#include "service/net/websocket_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/websocket_frames.h"

namespace berth::net {
namespace {

using namespace std::string_literals;
using test::client_frame;
using test::client_text;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::size_t kLongest = 1000;
constexpr auto kContinuation = WebSocketOpcode::continuation;
constexpr auto kText = WebSocketOpcode::text;
constexpr auto kClose = WebSocketOpcode::close;
constexpr auto kPing = WebSocketOpcode::ping;
constexpr auto kPong = WebSocketOpcode::pong;

void drain(WebSocketDecoder& decoder, std::vector<std::string>& out) {
  constexpr const char* kKinds[] = {"text", "ping", "pong", "close"};
  for (;;) {
    const auto input = decoder.next();
    if (!input) {
      out.push_back("failed " + std::to_string(static_cast<int>(input.error().code)));
      return;
    }
    if (!*input) return;
    std::string line = kKinds[static_cast<int>((*input)->kind)];
    if ((*input)->kind == WebSocketInput::Kind::close) {
      line += " " + std::to_string((*input)->close_code);
    }
    out.push_back(line + " " + (*input)->payload);
  }
}

/// Everything that `wire` leads to up to the first failure, when it comes at once.
std::vector<std::string> decoded(const std::string& wire) {
  WebSocketDecoder decoder(kLongest);
  std::vector<std::string> out;
  decoder.feed(wire);
  drain(decoder, out);
  return out;
}

/// The same when it comes in pieces of `size`.
std::vector<std::string> decoded_in_pieces(const std::string& wire, std::size_t size) {
  WebSocketDecoder decoder(kLongest);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < wire.size(); at += size) {
    decoder.feed(std::string_view(wire).substr(at, size));
    drain(decoder, out);
    if (!out.empty() && out.back().starts_with("failed")) break;
  }
  return out;
}

std::string fragment(WebSocketOpcode opcode, const std::string& payload) {
  return client_frame(opcode, payload, {.last = false});
}

std::string encoded(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  append_websocket_frame(out, opcode, payload);
  return out;
}

struct Case {
  std::string name;
  std::string wire;
  std::vector<std::string> expected;
};

// "κόσμε" and U+1F600: characters of two and of four bytes.
const std::string kGreek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const std::string kSmile = "\xf0\x9f\x98\x80";

std::vector<Case> good_cases() {
  const std::string ping = client_frame(kPing, "are you there");
  return {
      {"masked text of section 5.7",
       "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
       {"text Hello"}},
      {"masked pong of section 5.7",
       "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
       {"pong Hello"}},
      {"fragments of section 5.7",
       fragment(kText, "Hel") + client_frame(kContinuation, "lo"),
       {"text Hello"}},
      {"a ping between fragments",
       fragment(kText, "Hel") + ping + fragment(kContinuation, "") + client_frame(kPong, "") +
           client_frame(kContinuation, "lo"),
       {"ping are you there", "pong ", "text Hello"}},
      {"empty texts",
       client_text("") + fragment(kText, "") + client_frame(kContinuation, ""),
       {"text ", "text "}},
      {"several in a row",
       client_text("a") + client_text("b") + client_text("c"),
       {"text a", "text b", "text c"}},
      {"125 bytes", client_text(std::string(125, 'x')), {"text " + std::string(125, 'x')}},
      {"126 bytes", client_text(std::string(126, 'x')), {"text " + std::string(126, 'x')}},
      {"the longest",
       client_text(std::string(kLongest, 'x')),
       {"text " + std::string(kLongest, 'x')}},
      {"the longest in fragments",
       fragment(kText, std::string(kLongest - 1, 'x')) + client_frame(kContinuation, "y"),
       {"text " + std::string(kLongest - 1, 'x') + "y"}},
      {"a control frame of 125 bytes",
       client_frame(kPing, std::string(125, 'p')),
       {"ping " + std::string(125, 'p')}},
      {"a mask of zeros", client_frame(kText, "plain", {.mask = "\0\0\0\0"s}), {"text plain"}},
      {"UTF-8", client_text(kGreek + kSmile), {"text " + kGreek + kSmile}},
      {"a character over two fragments",
       fragment(kText, kSmile.substr(0, 1)) + fragment(kContinuation, kSmile.substr(1, 2)) +
           client_frame(kContinuation, kSmile.substr(3) + "!"),
       {"text " + kSmile + "!"}},
      {"NUL is text", client_text("a\0b"s), {"text a\0b"s}},
      {"a close without a code", client_frame(kClose, ""), {"close 1005 "}},
      {"a close", client_frame(kClose, "\x03\xe8"), {"close 1000 "}},
      {"a close with a reason", client_frame(kClose, "\x03\xe9leaving"), {"close 1001 leaving"}},
      {"a code of an application", client_frame(kClose, "\x0f\xa0"), {"close 4000 "}},
      {"binary bytes in a ping", client_frame(kPing, "\xff\xfe"), {"ping \xff\xfe"}},
  };
}

std::string close_with(unsigned code) {
  return client_frame(kClose,
                      std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)});
}

std::vector<Case> bad_cases() {
  std::vector<Case> cases{
      {"not masked", client_frame(kText, "Hello", {.masked = false}), {"failed 1002"}},
      {"a control frame that is not masked",
       client_frame(kPing, "", {.masked = false}),
       {"failed 1002"}},
      {"a binary message", client_frame(WebSocketOpcode::binary, "x"), {"failed 1003"}},
      {"a continuation of nothing", client_frame(kContinuation, "x"), {"failed 1002"}},
      {"a continuation after the end",
       client_text("a") + client_frame(kContinuation, "x"),
       {"text a", "failed 1002"}},
      {"a message inside another", fragment(kText, "a") + client_text("b"), {"failed 1002"}},
      {"a fragmented ping", fragment(kPing, ""), {"failed 1002"}},
      {"a ping of 126 bytes", client_frame(kPing, std::string(126, 'p')), {"failed 1002"}},
      {"125 in two bytes",
       client_frame(kText, std::string(125, 'x'), {.length_bytes = 2}),
       {"failed 1002"}},
      {"65535 in eight bytes",
       client_frame(kText, std::string(65'535, 'x'), {.length_bytes = 8}),
       {"failed 1002"}},
      {"too long", client_text(std::string(kLongest + 1, 'x')), {"failed 1009"}},
      {"too long by its head alone", "\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00"s, {"failed 1009"}},
      {"a length of 64 bits", "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"s, {"failed 1009"}},
      {"too long in all",
       fragment(kText, std::string(kLongest, 'x')) + client_frame(kContinuation, "y"),
       {"failed 1009"}},
      {"a close of one byte", client_frame(kClose, "\x03"), {"failed 1002"}},
      {"a reason that is no UTF-8", client_frame(kClose, "\x03\xe8\xff"), {"failed 1007"}},
      {"what comes after a failure", client_frame(3U, "") + client_text("x"), {"failed 1002"}},
  };
  for (const unsigned bit : {0x40U, 0x20U, 0x10U}) {
    cases.push_back({"reserved bit", client_frame(kText, "x", {.reserved = bit}), {"failed 1002"}});
  }
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    cases.push_back({"opcode", client_frame(opcode, ""), {"failed 1002"}});
  }
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65'535U}) {
    cases.push_back({"code " + std::to_string(code), close_with(code), {"failed 1002"}});
  }
  for (const char* text : {"\x80", "\xc3", "\xc3(", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf",
                           "ok\xe2\x82", "\x80\x80\x80\x80\x80", "\xf0\x9f\x98"}) {
    cases.push_back({"no UTF-8", client_text(text), {"failed 1007"}});
  }
  cases.push_back({"no UTF-8 over two fragments",
                   fragment(kText, "\xe2\x82") + client_frame(kContinuation, "x"),
                   {"failed 1007"}});
  return cases;
}

TEST(WebSocketFrame, ReadsWhatAClientMaySend) {
  for (const Case& each : good_cases()) EXPECT_EQ(decoded(each.wire), each.expected) << each.name;
}

TEST(WebSocketFrame, RefusesTheRestWithItsCode) {
  for (const Case& each : bad_cases()) EXPECT_EQ(decoded(each.wire), each.expected) << each.name;
}

TEST(WebSocketFrame, SaysTheSameHoweverTheBytesCome) {
  std::vector<Case> cases = good_cases();
  std::string all;
  for (const Case& each : cases) all += each.wire;
  cases.push_back({"all good ones", all, decoded(all)});
  for (const Case& each : bad_cases()) cases.push_back(each);
  for (const Case& each : cases) {
    for (const std::size_t size : {1U, 2U, 3U, 7U, 64U}) {
      EXPECT_EQ(decoded_in_pieces(each.wire, size), each.expected) << each.name << " by " << size;
    }
  }
}

TEST(WebSocketFrame, RefusesByTheHeadBeforeThePayloadComes) {
  for (const std::string& wire :
       {client_frame(3U, std::string(100, 'x')), client_text(std::string(kLongest + 1, 'x'))}) {
    EXPECT_THAT(decoded(wire.substr(0, 4)), ElementsAre(StartsWith("failed")));
  }
  const std::string text = client_text("ab\xff" + std::string(100, 'x'));
  EXPECT_THAT(decoded(text.substr(0, 10)), ElementsAre("failed 1007")) << "at the wrong character";
}

TEST(WebSocketFrame, TheBoundCanBeRaised) {
  WebSocketDecoder decoder(2);
  std::vector<std::string> out;
  decoder.feed(client_text("hi"));
  drain(decoder, out);
  decoder.set_longest(5);
  decoder.feed(client_text("hello"));
  drain(decoder, out);
  decoder.feed(client_text("hello!"));
  drain(decoder, out);
  drain(decoder, out);
  EXPECT_THAT(out, ElementsAre("text hi", "text hello", "failed 1009", "failed 1009"));
}

TEST(WebSocketFrame, ReadsMessagesOf64Bits) {
  WebSocketDecoder decoder(std::size_t{1} << 20U);
  const std::string text(70'000, 'x');
  decoder.feed(client_text(text));
  const auto input = decoder.next();
  ASSERT_TRUE(input && *input);
  EXPECT_EQ((*input)->payload, text);
}

TEST(WebSocketFrame, WritesTheFramesOfSection57) {
  EXPECT_EQ(encoded(kText, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(encoded(kPing, "Hello"), "\x89\x05Hello");
  EXPECT_EQ(encoded(kText, std::string(256, 'x')), "\x81\x7e\x01\x00"s + std::string(256, 'x'));
  EXPECT_EQ(encoded(kText, std::string(65'536, 'x')),
            "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65'536, 'x'));
}

TEST(WebSocketFrame, LengthsAreWrittenInTheShortestWay) {
  EXPECT_THAT(encoded(kText, std::string(125, 'x')), StartsWith("\x81\x7d"));
  EXPECT_THAT(encoded(kText, std::string(126, 'x')), StartsWith("\x81\x7e\x00\x7e"s));
  EXPECT_THAT(encoded(kText, std::string(65'535, 'x')), StartsWith("\x81\x7e\xff\xff"));
}

TEST(WebSocketFrame, WritesCloseFramesThatFit) {
  std::string out;
  append_websocket_close(out, CloseCode::going_away, "bye");
  EXPECT_EQ(out,
            "\x88\x05\x03\xe9"
            "bye");
  out.clear();
  append_websocket_close(out, CloseCode::normal, std::string(122, 'x') + kGreek);
  EXPECT_EQ(out, "\x88\x7c\x03\xe8" + std::string(122, 'x')) << "no half character";
  out.clear();
  append_websocket_close_reply(out, 4000);
  append_websocket_close_reply(out, kNoCloseCode);
  EXPECT_EQ(out, "\x88\x02\x0f\xa0\x88\x00"s);
}

}  // namespace
}  // namespace berth::net
