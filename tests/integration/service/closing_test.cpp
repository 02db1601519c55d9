// Closing a terminal while its command runs: how hard, and harder afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Closing : public testing::Test {
 protected:
  Closing() { service_.start(); }

  /// Starts a command that goes on for ever, and waits until it does.
  std::string start_endless(const std::string& more_fields = {}) {
    std::filesystem::remove(pid_file());
    const std::string id =
        service_.post_job("echo $$ >" + pid_file() + "; while :; do sleep 300; done", more_fields);
    wait_until("the command to run",
               [&] { return platform::read_file(pid_file()).value_or("").ends_with('\n'); });
    return id;
  }
  std::string pid_file() const { return service_.folder() + "/pid"; }
  bool shell_is_alive() const {
    return kill(std::stoi(platform::read_file(pid_file()).value_or("0")), 0) == 0;
  }
  void cancel(const std::string& id, const std::string& mode) {
    EXPECT_EQ(service_.request("DELETE", "/admin/v1/jobs/" + id + "?mode=" + mode).status, 204);
  }
  std::string end_session(const std::string& id, const std::string& mode) {
    return service_.call_tool("end_session",
                              R"({"session_id":")" + id + R"(","mode":")" + mode + R"("})");
  }
  void wait_for_free_terminals() {
    wait_until("the terminals to be free again",
               [&] { return service_.get("/status").json()["free_slots"].GetInt() == 16; });
  }

  ServiceProcess service_;
};

TEST_F(Closing, AHarderCancellationFollowsASofterOne) {
  for (const std::string mode : {"interrupt", "kill"}) {
    const std::string id = start_endless();
    cancel(id, "after_command");
    EXPECT_EQ(text_of(service_.get("/admin/v1/jobs/" + id).json(), "state"), "running");
    cancel(id, mode);
    const auto job = service_.finished_job(id);
    EXPECT_EQ(text_of(job, "state"), "cancelled");
    EXPECT_EQ(text_of(job, "signal"), mode == "kill" ? "SIGKILL" : "SIGINT");
    wait_until("the shell to be gone", [this] { return !shell_is_alive(); });
    wait_for_free_terminals();
  }
}

TEST_F(Closing, ASofterCancellationDoesNotCallOffAHarderOne) {
  const std::string id = start_endless();
  cancel(id, "kill");
  cancel(id, "after_command");
  EXPECT_EQ(text_of(service_.finished_job(id), "signal"), "SIGKILL");
}

TEST_F(Closing, ASessionThatEndsAfterItsCommandCanBeEndedHarder) {
  for (const std::string mode : {"interrupt", "kill"}) {
    const std::string started = service_.call_tool("start_session", "{}");
    ASSERT_THAT(started, HasSubstr("ses_"));
    const std::string session = started.substr(started.find("ses_"), 30);
    const std::string id = start_endless(R"(,"session_id":")" + session + R"(")");
    const auto expect_ok = [&](const std::string& how) {
      EXPECT_THAT(end_session(session, how), HasSubstr(R"("ok":true)"));
    };
    expect_ok("after_command");
    expect_ok("after_command");
    EXPECT_EQ(text_of(service_.get("/admin/v1/jobs/" + id).json(), "state"), "running");
    expect_ok(mode);
    const auto job = service_.finished_job(id);
    EXPECT_EQ(text_of(job, "state"), "cancelled");
    EXPECT_EQ(text_of(job, "signal"), mode == "kill" ? "SIGKILL" : "SIGINT");
    wait_until("the shell to be gone", [this] { return !shell_is_alive(); });
    wait_for_free_terminals();
    EXPECT_THAT(end_session(session, "kill"), HasSubstr("not_found"));
  }
}

TEST_F(Closing, WhatHasEndedIsNotInterrupted) {
  const std::string id = service_.post_job("true");
  EXPECT_EQ(text_of(service_.finished_job(id), "state"), "succeeded");
  for (const std::string how : {"interrupt", "kill"}) {
    EXPECT_THAT(
        service_.call_tool("interrupt", R"({"job_id":")" + id + R"(","how":")" + how + R"("})"),
        AllOf(HasSubstr("conflict"), HasSubstr("has ended")));
  }
}

}  // namespace
}  // namespace berth::tests
