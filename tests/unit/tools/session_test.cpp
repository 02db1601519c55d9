#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SessionTest : public ToolsTest {
 protected:
  SessionTest() {
    view_.session.id = core::SessionId::make();
    view_.session.state = core::SessionState::ready;
    view_.session.shell = "bash";
    view_.session.cwd = "/home/dev";
    execution_.session = view_;
  }
  core::SessionView view_;
};

TEST_F(SessionTest, StartsWithTheContractsDefaults) {
  const auto result = call("start_session", "{}");
  ASSERT_TRUE(result);
  const core::SessionRequest& request = execution_.session_request;
  EXPECT_EQ(request.shell, "");
  EXPECT_EQ(request.wait, core::Milliseconds(0));
  EXPECT_TRUE(request.sync);
  EXPECT_FALSE(request.tty);
  EXPECT_EQ(request.rows, 24);
  EXPECT_EQ(request.cols, 80);
  EXPECT_EQ(result->text, "ready (bash), cwd /home/dev, session " + view_.session.id.str());
  EXPECT_EQ(result->structured, R"({"session_id":")" + view_.session.id.str() +
                                    R"(","state":"ready","shell":"bash","cwd":"/home/dev"})");
  EXPECT_EQ(execution_.cancel, cancel_);
}

TEST_F(SessionTest, PassesEveryArgument) {
  ASSERT_TRUE(call("start_session",
                   R"({"shell":"zsh","cwd":"/tmp","env":{"A":"1"},"tty":true,"rows":50,"cols":132,
                       "name":"build","sync":false,"wait_ms":100,"request_key":"k"})"));
  const core::SessionRequest& request = execution_.session_request;
  EXPECT_EQ(request.shell, "zsh");
  EXPECT_EQ(request.cwd, "/tmp");
  ASSERT_EQ(request.env.size(), 1U);
  EXPECT_TRUE(request.tty);
  EXPECT_EQ(request.rows, 50);
  EXPECT_EQ(request.cols, 132);
  EXPECT_EQ(request.name, "build");
  EXPECT_FALSE(request.sync);
  EXPECT_EQ(request.wait, core::Milliseconds(100));
  EXPECT_EQ(request.request_key, "k");
  EXPECT_FALSE(call("start_session", R"({"rows":0})"));
}

TEST_F(SessionTest, SaysItsPlaceWhenItWaits) {
  core::SessionView queued;
  queued.queued = true;
  queued.request_id = core::RequestId::trusted("req_a");
  queued.position = 2;
  queued.eta = core::Milliseconds(3000);
  execution_.session = queued;
  const auto result = call("start_session", "{}");
  ASSERT_TRUE(result);
  EXPECT_THAT(result->text, HasSubstr("queued at position 2, about 3000 ms, request req_a"));
  EXPECT_THAT(result->structured,
              HasSubstr(R"({"state":"queued","request_id":"req_a","position":2,"eta_ms":3000,)"));
}

TEST_F(SessionTest, EndsAsAsked) {
  const std::string id = view_.session.id.str();
  ASSERT_TRUE(call("end_session", R"({"session_id":")" + id + R"("})"));
  EXPECT_EQ(execution_.session_id, view_.session.id);
  EXPECT_EQ(execution_.stop_mode, core::StopMode::interrupt);
  ASSERT_TRUE(call("end_session", R"({"session_id":")" + id + R"(","mode":"after_command"})"));
  EXPECT_EQ(execution_.stop_mode, core::StopMode::after_command);
  EXPECT_FALSE(call("end_session", R"({"session_id":")" + id + R"(","mode":"terminate"})"));
  EXPECT_FALSE(call("end_session", "{}"));
}

}  // namespace
}  // namespace berth::tools
