#include "service/core/event_filter.h"

#include <gmock/gmock.h>

namespace berth::core {
namespace {

using testing::HasSubstr;

const std::string kJob = "job_aaaaaaaaaaaaaaaaaaaaaaaaaa";

EventRecord failed_job() {
  EventRecord event;
  event.type = "job.failed";
  event.severity = Severity::error;
  event.client_id = "me";
  event.job_id = JobId::trusted(kJob);
  return event;
}

bool matches(const std::vector<std::pair<std::string, std::string>>& conditions,
             const EventRecord& event = failed_job()) {
  EventFilter filter;
  for (const auto& [name, value] : conditions) {
    const auto added = add_condition(filter, name, value);
    EXPECT_TRUE(added) << name << '=' << value;
  }
  EXPECT_EQ(filter.takes_everything(), conditions.empty());
  return filter.matches(view_of(event));
}

TEST(EventFilter, EachConditionHoldsAndOfSeveralValuesAny) {
  EXPECT_TRUE(matches({}));
  EXPECT_TRUE(matches({{"topic", "job"}}));
  EXPECT_FALSE(matches({{"topic", "session"}}));
  EXPECT_TRUE(matches({{"topic", "session"}, {"topic", "job"}}));
  EXPECT_TRUE(matches({{"topic", "errors"}}));
  EXPECT_FALSE(matches({{"topic", "progress"}}));
  EXPECT_TRUE(matches({{"type", "job.failed"}}));
  EXPECT_TRUE(matches({{"type", "job.*"}}));
  EXPECT_FALSE(matches({{"type", "job.finished"}}));
  EXPECT_TRUE(matches({{"severity", "error"}}));
  EXPECT_FALSE(matches({{"severity", "critical"}}));
  EXPECT_TRUE(matches({{"job_id", kJob}}));
  EXPECT_FALSE(matches({{"job_id", "job_bbbbbbbbbbbbbbbbbbbbbbbbbb"}}));
  EXPECT_FALSE(matches({{"session_id", "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa"}}));
  EXPECT_FALSE(matches({{"connection_id", "con_aaaaaaaaaaaaaaaaaaaaaaaaaa"}}));
  EXPECT_TRUE(matches({{"source", "berth"}}));
  EXPECT_FALSE(matches({{"source", "elsewhere"}}));
  EXPECT_FALSE(matches({{"job_id", kJob}, {"severity", "critical"}}));
  EventFilter other;
  other.client_id = "you";
  EXPECT_FALSE(other.matches(view_of(failed_job())));
}

TEST(EventFilter, ProgressGathersWhatMoves) {
  EventRecord event;
  for (const char* type : {"job.progress", "session.ready", "queue.position_changed"}) {
    event.type = type;
    EXPECT_TRUE(matches({{"topic", "progress"}}, event)) << type;
  }
  event.type = "request.slow";
  EXPECT_FALSE(matches({{"topic", "progress"}}, event)) << "its topic is queue, not its type";
  EXPECT_TRUE(matches({{"topic", "queue"}}, event));
}

TEST(EventFilter, WhatCanMatchNothingIsAMistake) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"topic", "jobs"},
                                                        {"type", "job"},
                                                        {"type", "nope.*"},
                                                        {"type", "data."},
                                                        {"severity", "loud"},
                                                        {"severity", ""},
                                                        {"job_id", "7"},
                                                        {"session_id", kJob},
                                                        {"colour", "red"}}) {
    EventFilter filter;
    const auto added = add_condition(filter, name, value);
    ASSERT_FALSE(added) << name << '=' << value;
    EXPECT_EQ(added.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(added.error().field, name);
    EXPECT_THAT(added.error().message, HasSubstr(name));
  }
}

}  // namespace
}  // namespace berth::core
