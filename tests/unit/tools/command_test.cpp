#include "tests/unit/tools/tools_fixture.h"

namespace berth::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

using CommandTest = ToolsTest;

TEST_F(CommandTest, RunCommandHasTheContractsDefaults) {
  caller_.client_id = "bridge-1";
  caller_.link_key = "link:3";
  ASSERT_TRUE(call("run_command", R"({"command":"ls -l"})"));
  const core::CommandRequest& request = execution_.command_request;
  EXPECT_EQ(request.command, "ls -l");
  EXPECT_TRUE(request.session_id.empty());
  EXPECT_EQ(request.timeout, core::Milliseconds(0));
  EXPECT_EQ(request.yield_after, core::Milliseconds(45'000));
  EXPECT_EQ(request.max_output_bytes, 32'768U);
  EXPECT_TRUE(request.sync);
  EXPECT_FALSE(request.background);
  EXPECT_FALSE(request.open_stdin);
  EXPECT_FALSE(request.tty);
  EXPECT_EQ(execution_.caller.client_id, "bridge-1");
  EXPECT_EQ(execution_.caller.link_key, "link:3");
  EXPECT_EQ(execution_.cancel, cancel_);
}

TEST_F(CommandTest, RunCommandPassesEveryArgument) {
  const auto session = core::SessionId::make();
  ASSERT_TRUE(call("run_command", R"({"command":"cat","session_id":")" + session.str() +
                                      R"(","shell":"bash","cwd":"/tmp","env":{"A":"1","B":"2"},)"
                                      R"("stdin":"text","open_stdin":true,"tty":true,)"
                                      R"("timeout_ms":1000,"yield_after_ms":5.0,)"
                                      R"("max_output_bytes":100,"request_key":"k","sync":false})"));
  const core::CommandRequest& request = execution_.command_request;
  EXPECT_EQ(request.session_id, session);
  EXPECT_EQ(request.shell, "bash");
  EXPECT_EQ(request.cwd, "/tmp");
  EXPECT_THAT(request.env, ElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_EQ(request.stdin_text, "text");
  EXPECT_TRUE(request.open_stdin);
  EXPECT_TRUE(request.tty);
  EXPECT_EQ(request.timeout, core::Milliseconds(1000));
  EXPECT_EQ(request.yield_after, core::Milliseconds(5));
  EXPECT_EQ(request.max_output_bytes, 100U);
  EXPECT_EQ(request.request_key, "k");
  EXPECT_FALSE(request.sync);
}

TEST_F(CommandTest, RunBackgroundGoesOnByItself) {
  ASSERT_TRUE(call("run_background", R"({"command":"make"})"));
  EXPECT_TRUE(execution_.command_request.background);
  EXPECT_FALSE(execution_.command_request.sync) << "its result is collected later";
}

TEST_F(CommandTest, WrongArgumentsNameTheField) {
  const auto field = [&](const std::string& arguments) {
    const auto result = call("run_command", arguments);
    return result ? "" : result.error().field;
  };
  EXPECT_EQ(field("{}"), "arguments.command");
  EXPECT_EQ(field(R"({"command":""})"), "arguments.command");
  EXPECT_EQ(field(R"({"command":"ls","timeout_ms":-1})"), "arguments.timeout_ms");
  EXPECT_EQ(field(R"({"command":"ls","session_id":"job_1"})"), "arguments.session_id");
  EXPECT_EQ(field(R"({"command":"ls","env":{"A":null}})"), "arguments.env.A");
  EXPECT_EQ(field(R"({"command":"ls","timeout":5})"), "arguments.timeout");
  EXPECT_EQ(execution_.called, "");
}

TEST_F(CommandTest, VariablesAreCheckedAlikeForCommandsAndSessions) {
  const auto problem = [&](const std::string& tool, const std::string& environment) {
    const std::string command = tool == "start_session" ? "" : R"("command":"ls",)";
    const auto result = call(tool, "{" + command + R"("env":{)" + environment + "}}");
    return result ? "" : result.error().message;
  };
  for (const char* tool : {"run_command", "run_background", "start_session"}) {
    EXPECT_EQ(problem(tool, R"("":"1")"), "env: \"\" is not a variable name");
    EXPECT_EQ(problem(tool, R"("A=B":"1")"), "env: \"A=B\" is not a variable name");
    EXPECT_NE(problem(tool, R"("A\u0000B":"1")"), "");
    EXPECT_NE(problem(tool, R"("1A":"1")"), "");
    EXPECT_EQ(problem(tool, R"("A":"1\u00002")"), "env: the value of A holds a NUL byte");
    EXPECT_EQ(execution_.called, "") << tool;
  }
}

TEST_F(CommandTest, ErrorsOfThePortPass) {
  execution_.job =
      core::fail(core::ErrorCode::cwd_not_accessible, "/root: permission denied", "cwd");
  const auto result = call("run_command", R"({"command":"ls"})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, core::ErrorCode::cwd_not_accessible);
}

TEST_F(CommandTest, GetJobWaitsOnlyWhenAsked) {
  const auto id = core::JobId::make();
  ASSERT_TRUE(call("get_job", R"({"job_id":")" + id.str() + R"("})"));
  EXPECT_EQ(execution_.job_id, id);
  EXPECT_EQ(execution_.wait, core::Milliseconds(0));
  EXPECT_EQ(execution_.max_output_bytes, 32'768U);
  ASSERT_TRUE(
      call("get_job", R"({"job_id":")" + id.str() + R"(","wait_ms":1000,"max_output_bytes":5})"));
  EXPECT_EQ(execution_.wait, core::Milliseconds(1000));
  EXPECT_EQ(execution_.max_output_bytes, 5U);
  EXPECT_FALSE(call("get_job", "{}"));
}

TEST_F(CommandTest, InterruptTakesAJobOrASession) {
  const auto job = core::JobId::make();
  const auto session = core::SessionId::make();
  auto result = call("interrupt", R"({"job_id":")" + job.str() + R"("})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->structured, R"({"ok":true})");
  EXPECT_EQ(execution_.called, "interrupt_job");
  EXPECT_EQ(execution_.job_id, job);
  EXPECT_EQ(execution_.stop_mode, core::StopMode::interrupt);
  ASSERT_TRUE(call("interrupt", R"({"session_id":")" + session.str() + R"(","how":"kill"})"));
  EXPECT_EQ(execution_.called, "interrupt_session");
  EXPECT_EQ(execution_.session_id, session);
  EXPECT_EQ(execution_.stop_mode, core::StopMode::kill);

  execution_.called.clear();
  EXPECT_FALSE(call("interrupt", "{}"));
  EXPECT_FALSE(call(
      "interrupt", R"({"job_id":")" + job.str() + R"(","session_id":")" + session.str() + R"("})"));
  EXPECT_FALSE(call("interrupt", R"({"job_id":")" + job.str() + R"(","how":"after_command"})"));
  EXPECT_EQ(execution_.called, "");
  execution_.stopped = core::fail(core::ErrorCode::conflict, "the job has ended");
  EXPECT_EQ(call("interrupt", R"({"job_id":")" + job.str() + R"("})").error().code,
            core::ErrorCode::conflict);
}

}  // namespace
}  // namespace berth::tools
