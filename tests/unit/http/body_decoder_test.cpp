#include "api/http/body_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace berth::http {
namespace {

constexpr Framing kChunked{Framing::Kind::chunked, 0};
constexpr std::size_t kLimit = 64;

struct Outcome {
  int status = 0;  ///< 0 = no refusal
  bool complete = false;
  std::string body;
  std::size_t taken = 0;
  bool operator==(const Outcome&) const = default;
};

/// Feeds the pieces one after the other; what one call leaves comes again with the next.
Outcome decode(const Framing& framing, const std::vector<std::string_view>& pieces) {
  auto decoder = BodyDecoder::create(framing, kLimit);
  if (!decoder) return {decoder.error().status, false, {}, 0};
  Outcome outcome;
  for (const auto piece : pieces) {
    const auto taken = decoder->feed(piece);
    if (!taken) return {taken.error().status, false, {}, 0};
    outcome.taken += *taken;
    if (*taken < piece.size()) break;
  }
  outcome.complete = decoder->complete();
  outcome.body = decoder->take();
  return outcome;
}

std::vector<std::string_view> single_bytes(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

/// The same outcome however the bytes are cut.
Outcome decode_every_way(const Framing& framing, std::string_view bytes) {
  const Outcome whole = decode(framing, {bytes});
  EXPECT_EQ(decode(framing, single_bytes(bytes)), whole) << bytes;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    EXPECT_EQ(decode(framing, {bytes.substr(0, cut), bytes.substr(cut)}), whole)
        << bytes << " cut at " << cut;
  }
  return whole;
}

TEST(BodyDecoder, TakesExactlyItsLength) {
  const Framing five{Framing::Kind::length, 5};
  EXPECT_EQ(decode_every_way(five, "helloGET /"), (Outcome{0, true, "hello", 5}));
  EXPECT_EQ(decode_every_way(five, "hell"), (Outcome{0, false, "hell", 4}));
  EXPECT_EQ(decode({}, {"GET /"}), (Outcome{0, true, "", 0}));
}

TEST(BodyDecoder, RefusesALengthOverTheLimitBeforeAnyByte) {
  EXPECT_TRUE(BodyDecoder::create({Framing::Kind::length, kLimit}, kLimit));
  const auto over = BodyDecoder::create({Framing::Kind::length, kLimit + 1}, kLimit);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().status, 413);
}

TEST(BodyDecoder, JoinsChunksAndStopsAtTheirEnd) {
  struct Case {
    std::string bytes;
    std::string body;
  };
  const std::vector<Case> cases{
      {"0\r\n\r\n", ""},
      {"5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n", "hello world"},
      {"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
      {"a;name=value;q=\"x\"\r\n0123456789\r\n0;last\r\n\r\n", "0123456789"},
      {"2\r\n\r\n\r\n0\r\nTrailer: dropped\r\nOther: too\r\n\r\n", "\r\n"},
  };
  for (const auto& [bytes, body] : cases) {
    EXPECT_EQ(decode_every_way(kChunked, bytes + "GET / HTTP/1.1\r\n"),
              (Outcome{0, true, body, bytes.size()}))
        << bytes;
  }
}

TEST(BodyDecoder, RefusesWhatIsNotChunks) {
  const std::vector<std::string> cases{
      "\r\n",
      "g\r\n",
      "-5\r\nhello",
      "+5\r\nhello",
      "0x5\r\nhello",
      " 5\r\nhello",
      "5 \r\nhello",
      "5\nhello",
      "5\rhello",
      "5\r\nhelloo\r\n",
      "5\r\nhello\n0\r\n\r\n",
      "5\r\nhello\rX",
      "5\r\nhello0\r\n\r\n",
      ";x\r\n",
      "5;a\nhello",
      std::string("5;a\0b\r\nhello", 12),
      "00000000000000000\r\n",
      "0\r\n folded\r\n\r\n",
      "0\r\n: x\r\n\r\n",
      "0\r\nA: b\nC: d\r\n\r\n",
      "0\r\n\rX",
      "0\r\nGET / HTTP/1.1\x01\r\n\r\n",
  };
  for (const auto& bytes : cases) EXPECT_EQ(decode_every_way(kChunked, bytes).status, 400) << bytes;
}

TEST(BodyDecoder, BoundsTheSumOfTheChunks) {
  const std::string half = "20\r\n" + std::string(32, 'x') + "\r\n";
  EXPECT_EQ(decode_every_way(kChunked, half + half + "0\r\n\r\n").status, 0);
  EXPECT_EQ(decode_every_way(kChunked, half + half + "1\r\nx\r\n0\r\n\r\n").status, 413);
  EXPECT_EQ(decode_every_way(kChunked, "41\r\n").status, 413);
  // Sizes that would wrap around a 64-bit sum.
  EXPECT_EQ(decode_every_way(kChunked, "1\r\nx\r\nffffffffffffffff\r\n").status, 413);
}

TEST(BodyDecoder, BoundsExtensionsAndTrailers) {
  EXPECT_EQ(decode(kChunked, {"5;" + std::string(20'000, 'x')}).status, 400);
  EXPECT_EQ(decode(kChunked, {"0\r\nA: " + std::string(20'000, 'x')}).status, 400);
  std::string small_chunks;
  for (int i = 0; i < 60; ++i) small_chunks += "1;" + std::string(300, 'x') + "\r\ny\r\n";
  EXPECT_EQ(decode(kChunked, {small_chunks}).status, 400);
}

}  // namespace
}  // namespace berth::http
