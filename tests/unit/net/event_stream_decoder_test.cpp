#include "service/net/event_stream_decoder.h"

#include <gmock/gmock.h>

#include <tuple>
#include <vector>

namespace berth::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Event = std::tuple<std::string, std::string, std::string>;  // type, data, id

class EventStreamDecoderTest : public testing::Test {
 protected:
  /// Whole, and byte by byte, which must be the same.
  std::vector<Event> decode(std::string_view text) {
    EventStreamDecoder whole(kMaxBytes, "");
    const auto events = feed(whole, {text});
    decoder_ = EventStreamDecoder(kMaxBytes, "");
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    EXPECT_EQ(feed(decoder_, bytes), events);
    EXPECT_EQ(decoder_.last_id(), whole.last_id());
    return events;
  }

  static std::vector<Event> feed(EventStreamDecoder& decoder,
                                 const std::vector<std::string_view>& pieces) {
    std::vector<Event> events;
    for (const std::string_view piece : pieces) {
      decoder.feed(piece, [&](StreamedEvent event) {
        events.emplace_back(std::move(event.type), std::move(event.data), std::move(event.id));
      });
    }
    return events;
  }

  static constexpr std::size_t kMaxBytes = 2'000;
  EventStreamDecoder decoder_{kMaxBytes, ""};
};

// The examples of the standard, and what they leave open.
TEST_F(EventStreamDecoderTest, ReadsEventsAsTheStandardSays) {
  EXPECT_THAT(decode("data: YHOO\ndata: +2\ndata: 10\n\n"),
              ElementsAre(Event("message", "YHOO\n+2\n10", "")));
  EXPECT_THAT(
      decode(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
             "data:  third event\n\n"),
      ElementsAre(Event("message", "first event", "1"), Event("message", "second event", ""),
                  Event("message", " third event", "")));
  EXPECT_EQ(decoder_.last_id(), "");  // an empty id forgets the last
  EXPECT_THAT(decode("data\n\ndata\ndata\n\ndata:"),
              ElementsAre(Event("message", "", ""), Event("message", "\n", "")));
  EXPECT_THAT(decode("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
              ElementsAre(Event("add", "73857293", ""), Event("remove", "2153", "")));
}

TEST_F(EventStreamDecoderTest, EndsLinesInAnyOfTheThreeWays) {
  for (const std::string_view text :
       {"event: a\ndata: 1\ndata: 2\nid: 7\n\ndata: 3\n\n",
        "event: a\r\ndata: 1\r\ndata: 2\r\nid: 7\r\n\r\ndata: 3\r\n\r\n",
        "event: a\rdata: 1\rdata: 2\rid: 7\r\rdata: 3\r\r",
        "\xEF\xBB\xBF"
        "event: a\rdata: 1\ndata: 2\r\nid: 7\n\r\ndata: 3\r\n\n"}) {
    EXPECT_THAT(decode(text), ElementsAre(Event("a", "1\n2", "7"), Event("message", "3", "")));
    EXPECT_EQ(decoder_.last_id(), "7");
  }
}

TEST_F(EventStreamDecoderTest, AnIdAloneMovesThePlace) {
  EXPECT_THAT(decode("id: 41\n\nid: 42\n\n"), IsEmpty());
  EXPECT_EQ(decoder_.last_id(), "42");
}

TEST_F(EventStreamDecoderTest, IgnoresWhatItDoesNotKnow) {
  const std::string null_id("id: a\0b\ndata: x\n\n", 17);
  EXPECT_THAT(decode(null_id), ElementsAre(Event("message", "x", "")));
  const std::string long_id(EventStreamDecoder::kMaxIdBytes + 1, 'i');
  EXPECT_THAT(decode("id: 5\nid: " + long_id + "\ndata: x\n\n"),
              ElementsAre(Event("message", "x", "5")));
  EXPECT_THAT(decode("Data: no\nfoo: bar\nevent: only\n\n"), IsEmpty());
}

TEST_F(EventStreamDecoderTest, TakesWhatTheServerAsksForAsPause) {
  decode("retry: 2500\n\n");
  EXPECT_EQ(decoder_.retry(), std::chrono::milliseconds(2'500));
  decode("retry: -1\nretry: 1.5\nretry: soon\nretry\n\n");
  EXPECT_EQ(decoder_.retry(), std::nullopt);
}

TEST_F(EventStreamDecoderTest, LeavesAnEventOutThatIsTooLongAndGoesOn) {
  const std::string line(kMaxBytes, 'x');
  EXPECT_THAT(decode("id: 1\ndata: " + line + "\n\nid: 2\ndata: short\n\n"),
              ElementsAre(Event("message", "short", "2")));
  EXPECT_EQ(decoder_.too_long(), 1U);
  std::string many = "id: 3\n";
  for (int i = 0; i < 100; ++i) many += "data: " + std::string(50, 'y') + "\n";
  EXPECT_THAT(decode(many + "\ndata: next\n\n"), ElementsAre(Event("message", "next", "")));
  EXPECT_EQ(decoder_.last_id(), "3");  // it is left out, not asked for again
  EXPECT_THAT(decode("data: " + line + "\ndata: more\nid: 4\n\n"), IsEmpty());
  EXPECT_EQ(decoder_.last_id(), "4");
}

}  // namespace
}  // namespace berth::net
