#include "service/events/event_ring.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "service/events/gzip.h"
#include "tests/unit/events/inflate.h"

namespace berth::events {
namespace {

core::CommittedEvents batch(std::int64_t prev_id, const std::vector<std::int64_t>& ids,
                            std::size_t data_bytes = 2) {
  core::CommittedEvents made;
  made.prev_id = prev_id;
  for (const std::int64_t id : ids) {
    core::EventRecord event;
    event.id = id;
    event.type = "job.started";
    event.data = fmt::format(R"({{"text":"{}"}})", std::string(data_bytes, 'x'));
    made.events.push_back(std::move(event));
    made.last_id = id;
  }
  return made;
}

TEST(EventRing, HasTheTextOfEachEventInEveryEncoding) {
  EventRing ring(10, 1'000'000);
  ring.append(batch(10, {11, 14}));
  const auto position = ring.find(10);
  EventRing::Chunk& chunk = *ring.chunk(position);
  ASSERT_EQ(chunk.size(), 2U);
  const std::string json =
      R"({"id":14,"time":"1970-01-01T00:00:00.000Z","type":"job.started","topic":"job",)"
      R"("severity":"info","source":"berth","data":{"text":"xx"}})";
  const std::string block = "id: 14\nevent: job.started\ndata: " + json + "\n\n";
  EXPECT_EQ(chunk.text(Encoding::server_sent, 1, 2), block);
  EXPECT_EQ(chunk.text(Encoding::json_lines, 1, 2), json + "\n");
  EXPECT_EQ(inflate_stream(std::string(gzip_header()) +
                           std::string(chunk.text(Encoding::server_sent_gzip, 1, 2))),
            block);
  // What was asked for once is written on.
  ring.append(batch(14, {15}));
  EXPECT_EQ(chunk.text(Encoding::json_lines, 2, 3).substr(0, 9), R"({"id":15,)");
}

TEST(EventRing, FindsThePlaceAfterAnyId) {
  EventRing ring(10, 1'000'000);
  EXPECT_TRUE(ring.reaches(10));
  EXPECT_FALSE(ring.reaches(9));
  ring.append(batch(10, {11, 14, 20}));
  EXPECT_EQ(ring.find(10).event, 0U);
  EXPECT_EQ(ring.find(11).event, 1U);
  EXPECT_EQ(ring.find(12).event, 1U);
  EXPECT_EQ(ring.find(14).event, 2U);
  EXPECT_EQ(ring.find(25).event, 3U);
  EXPECT_EQ(ring.tail(), 20);
}

TEST(EventRing, KeepsTheNewestWithinItsBound) {
  EventRing ring(0, 500'000);
  for (std::int64_t id = 1; id <= 1'000; ++id) ring.append(batch(id - 1, {id}, 2'000));
  EXPECT_LE(ring.bytes(), 500'000U);
  EXPECT_FALSE(ring.reaches(500));
  ASSERT_TRUE(ring.reaches(999));
  const auto last = ring.find(999);
  EXPECT_EQ(ring.chunk(last)->id(last.event), 1'000);
  EXPECT_EQ(ring.chunk({0, 0}), nullptr);
  EXPECT_TRUE(ring.is_newest(last));
}

TEST(EventRing, BeginsAnewWhereABatchIsMissing) {
  EventRing ring(0, 1'000'000);
  ring.append(batch(0, {1, 2}));
  ring.append(batch(5, {6}));
  EXPECT_FALSE(ring.reaches(2));
  EXPECT_TRUE(ring.reaches(5));
  EXPECT_EQ(ring.tail(), 6);
}

}  // namespace
}  // namespace berth::events
