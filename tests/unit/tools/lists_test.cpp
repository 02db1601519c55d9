#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using ListsTest = ToolsTest;

TEST_F(ListsTest, JobsHaveTheirCommandAndNoOutput) {
  core::Page<core::JobView> page;
  page.items.push_back(*execution_.job);
  page.items[0].job.command = "make -j2\nmake install";
  page.items[0].stdout_text = "not shown";
  page.next_cursor = "c2";
  execution_.jobs = page;
  const auto result = call("list_jobs", R"({"state":"running","limit":5,"cursor":"c1"})");
  ASSERT_TRUE(result);
  EXPECT_EQ(execution_.filter.state, "running");
  EXPECT_EQ(execution_.filter.limit, 5U);
  EXPECT_EQ(execution_.filter.cursor, "c1");
  EXPECT_EQ(execution_.filter.client_id, "") << "whose is the port's decision, by the caller";
  EXPECT_THAT(result->structured,
              AllOf(HasSubstr(R"("command":"make -j2\nmake install")"),
                    HasSubstr(R"("next_cursor":"c2")"), Not(HasSubstr("not shown"))));
  EXPECT_THAT(result->text, AllOf(HasSubstr("1 jobs\nsucceeded (exit 0) in 12 ms, cwd /x, job "),
                                  HasSubstr(": make -j2 …"), HasSubstr("cursor c2")));
}

TEST_F(ListsTest, LongCommandsAreCutBetweenCharacters) {
  core::Page<core::JobView> page;
  page.items.push_back(*execution_.job);
  page.items[0].job.command = "x" + [] {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "ä";
    return text;
  }();
  execution_.jobs = page;
  const auto result = call("list_jobs", "{}");
  EXPECT_EQ(execution_.filter.limit, 50U);
  EXPECT_THAT(result->text, HasSubstr("ä …"));
  EXPECT_THAT(result->text, Not(HasSubstr("\xC3 ")));
}

TEST_F(ListsTest, SessionsCanBeFoundAgain) {
  core::Page<core::SessionRecord> page;
  core::SessionRecord session;
  session.id = core::SessionId::trusted("ses_a");
  session.name = "build";
  session.state = core::SessionState::busy;
  session.shell = "bash";
  session.cwd = "/x";
  page.items.push_back(session);
  execution_.sessions = page;
  const auto result = call("list_sessions", R"({"state":"busy"})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->text, "1 sessions\nses_a busy (bash), cwd /x, \"build\"");
  EXPECT_THAT(result->structured,
              AllOf(HasSubstr(R"("session_id":"ses_a","name":"build","state":"busy")"),
                    Not(HasSubstr("next_cursor"))));
  EXPECT_FALSE(call("list_sessions", R"({"state":"running"})")) << "a state of jobs";
  EXPECT_FALSE(call("list_sessions", R"({"limit":0})"));
}

}  // namespace
}  // namespace berth::tools
