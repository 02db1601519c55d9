#include "service/core/events.h"

#include <gtest/gtest.h>

#include "service/core/json_scan.h"

namespace berth::core {
namespace {

TEST(Events, TopicsFollowTheContract) {
  EXPECT_EQ(topic_of("job.finished"), "job");
  EXPECT_EQ(topic_of("request.slow"), "queue");
  EXPECT_EQ(topic_of("rate_limit.detected"), "upstream");
  EXPECT_EQ(topic_of("circuit.opened"), "upstream");
  EXPECT_EQ(topic_of("snapshot.created"), "file");
  EXPECT_EQ(topic_of("throttle.changed"), "system");
  EXPECT_EQ(topic_of("service.started"), "system");
  EXPECT_EQ(topic_of("config.reloaded"), "system");
  EXPECT_EQ(topic_of("data.plan_created"), "data");
}

TEST(Events, SeverityRises) {
  EXPECT_LT(Severity::debug, Severity::critical);
  EXPECT_EQ(parse_severity("notice"), Severity::notice);
  EXPECT_FALSE(parse_severity("loud"));
}

TEST(Events, JsonHasOnlyTheIdsThereAre) {
  EventRecord event;
  event.id = 7;
  event.type = "job.finished";
  event.job_id = JobId::make();
  event.data = R"({"exit_code":0})";
  const std::string text = to_json(event);
  const auto object = scan_object(text);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("id")->raw, "7");
  EXPECT_EQ(object->string("topic"), "job");
  EXPECT_EQ(object->string("job_id"), event.job_id.str());
  EXPECT_FALSE(object->has("session_id"));
  EXPECT_EQ(object->find("data")->raw, R"({"exit_code":0})");
}

}  // namespace
}  // namespace berth::core
