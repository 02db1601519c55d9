#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/prompts/prompts.h"
#include "tests/unit/tools/recording_execution.h"

namespace berth::prompts {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// There are none.
class NoResources final : public core::Resources {
 public:
  void list(const core::Caller&, std::string, Done<core::Page<core::ResourceInfo>>) override {}
  std::vector<core::ResourceInfo> templates() const override { return {}; }
  void complete(const core::Caller&, const std::string&, const std::string&, const std::string&,
                Done<core::Completion>) override {}
  void read(const core::Caller&, const std::string&, Done<core::ResourceContents>) override {}
  void watch(const core::Caller&, const std::string&, std::function<void()>,
             Done<std::shared_ptr<void>>) override {}
};

class DiagnoseFailingCommand : public testing::Test {
 protected:
  DiagnoseFailingCommand() { EXPECT_TRUE(add_prompts(prompts_, execution_, resources_)); }

  /// Asks for a job in this state, which `change` has made what it is.
  core::Result<mcp::PromptResult> ask(core::JobState state,
                                      const std::function<void(core::JobRecord&)>& change) {
    core::JobView view;
    view.job.id = id_;
    view.job.shell = "bash";
    view.job.command = "make";
    view.job.state = state;
    change(view.job);
    execution_.job = view;
    core::Result<mcp::PromptResult> result =
        core::fail(core::ErrorCode::internal, "it was not answered");
    prompts_.find("diagnose_failing_command")
        ->handler({}, {{"job_id", id_.str()}},
                  [&](core::Result<mcp::PromptResult> answer) { result = std::move(answer); });
    return result;
  }
  static std::string text_of(const core::Result<mcp::PromptResult>& result) {
    return result ? std::get<std::string>(result->messages.at(0).content) : result.error().message;
  }

  const core::JobId id_ = core::JobId::make();
  tools::RecordingExecution execution_;
  NoResources resources_;
  mcp::PromptSet prompts_;
};

TEST_F(DiagnoseFailingCommand, WhatHasNotFailedIsRefusedWithItsState) {
  for (const auto state :
       {core::JobState::queued, core::JobState::running, core::JobState::succeeded}) {
    const auto result = ask(state, [](core::JobRecord&) {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, core::ErrorCode::invalid_argument);
    EXPECT_THAT(text_of(result), AllOf(HasSubstr(id_.str() + " has not failed"),
                                       HasSubstr(std::string(core::to_string(state)))));
  }
}

TEST_F(DiagnoseFailingCommand, OfOneThatNeverStartedTheReasonIsTold) {
  const auto result = ask(core::JobState::failed, [](core::JobRecord& job) {
    job.message = "/not/there: no such directory";
  });
  EXPECT_THAT(text_of(result),
              AllOf(HasSubstr("This command could not be started"),
                    HasSubstr("Why it could not be started: /not/there: no such directory")));
}

TEST_F(DiagnoseFailingCommand, OfOneThatRanItsEndIsTold) {
  const auto result = ask(core::JobState::failed, [](core::JobRecord& job) {
    job.exit_code = 7;
    job.message = "a new shell was started";
  });
  EXPECT_THAT(text_of(result),
              AllOf(HasSubstr("This command ended with exit code 7"),
                    HasSubstr("\na new shell was started\n"), Not(HasSubstr("not be started"))));
}

}  // namespace
}  // namespace berth::prompts
