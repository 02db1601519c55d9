#include "service/core/ingested_event.h"

#include <gmock/gmock.h>

namespace berth::core {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMaxData = 100;

Result<EventRecord> with(const std::string& members) {
  return read_ingested_event(
      R"({"type":"data.plan.created","source":"planner","source_id":"p-1")" + members + "}",
      kMaxData);
}

TEST(IngestedEvent, IsReadWhole) {
  const auto event =
      with(R"(,"severity":"warning","time":"2026-01-31T12:00:00Z","data": { "n": 1.0 })");
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type, "data.plan.created");
  EXPECT_EQ(event->source, "planner");
  EXPECT_EQ(event->source_id, "p-1");
  EXPECT_EQ(event->severity, Severity::warning);
  EXPECT_EQ(event->data, R"({"occurred_at":"2026-01-31T12:00:00.000Z","n":1.0})");
}

TEST(IngestedEvent, MayHaveNoDataAndItsOwnTimeInThem) {
  EXPECT_EQ(with("")->data, "{}");
  EXPECT_EQ(with(R"(,"time":null,"data":{})")->data, "{}");
  EXPECT_EQ(with(R"(,"time":"2026-01-31T12:00:00Z")")->data,
            R"({"occurred_at":"2026-01-31T12:00:00.000Z"})");
  EXPECT_EQ(with(R"(,"time":"2026-01-31T12:00:00Z","data":{"occurred_at":"then"})")->data,
            R"({"occurred_at":"then"})");
}

TEST(IngestedEvent, DataAreOnOneLineAndOtherwiseAsTheyCame) {
  EXPECT_EQ(with(",\"data\":{\n \"a\" : [1,\t2.50 ] , \"b\":\"x\\n \\\" y\"\r\n}")->data,
            R"({"a":[1,2.50],"b":"x\n \" y"})");
}

TEST(IngestedEvent, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"source":"s","source_id":"1"})", "type"},
      {R"({"type":"job.started","source":"s","source_id":"1"})", "type"},
      {R"({"type":"data.a b","source":"s","source_id":"1"})", "type"},
      {R"({"type":"data.","source":"s","source_id":"1"})", "type"},
      {R"({"type":"data.a","source_id":"1"})", "source"},
      {R"({"type":"data.a","source":"berth","source_id":"1"})", "source"},
      {R"({"type":"data.a","source":"a\nb","source_id":"1"})", "source"},
      {R"({"type":"data.a","source":"s","source_id":7})", "source_id"},
      {R"({"type":"data.a","source":"s","source_id":""})", "source_id"},
      {R"({"type":"data.a","source":"s","source_id":"1","time":7})", "time"},
      {R"({"type":"data.a","source":"s","source_id":"1","severity":"loud"})", "severity"},
      {R"({"type":"data.a","source":"s","source_id":"1","data":"x"})", "data"},
      {R"({"type":"data.a","source":"s","source_id":"1","id":4})", "id"},
  };
  for (const auto& [json, field] : cases) {
    const auto event = read_ingested_event(json, kMaxData);
    ASSERT_FALSE(event) << json;
    EXPECT_EQ(event.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(event.error().field, field) << json;
  }
  EXPECT_FALSE(read_ingested_event("[]", kMaxData));
}

TEST(IngestedEvent, DataAreBounded) {
  const auto event = with(R"(,"data":{"text":")" + std::string(kMaxData, 'x') + R"("})");
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().field, "data");
  EXPECT_THAT(event.error().message, HasSubstr("events.max_data_bytes"));
}

}  // namespace
}  // namespace berth::core
