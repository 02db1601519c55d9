// What is left behind when the service or a host ends, and what the next start makes of it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

class Restart : public testing::Test {
 protected:
  Restart() {
    EXPECT_EQ(mkfifo(gate_.c_str(), 0600), 0);
    service_.start();
  }

  void wait_for_state(const std::string& id, const std::string& state) {
    wait_until(id + " to be " + state, [&] {
      return text_of(service_.get("/admin/v1/jobs/" + id).json(), "state") == state;
    });
  }

  ServiceProcess service_;
  const std::string gate_ = service_.folder() + "/gate";
  const std::string marker_ = service_.folder() + "/ran";
  const std::string command_ =
      "echo ran >> " + marker_ + "; echo before; cat " + gate_ + "; echo after; exit 7";
};

TEST_F(Restart, AJobOutlivesKillMinus9AndIsRunOnce) {
  const std::string id = service_.post_job(command_);
  wait_for_state(id, "running");
  service_.kill();
  service_.start();
  std::ofstream(gate_) << "middle\n";
  const auto job = service_.finished_job(id);
  EXPECT_EQ(text_of(job, "stdout"), "before\nmiddle\nafter\n");
  EXPECT_EQ(job["exit_code"].GetInt(), 7);
  EXPECT_EQ(platform::read_file(marker_).value_or(""), "ran\n");
}

TEST_F(Restart, AJobThatEndsWhileTheServiceIsAwayIsKnownAfterwards) {
  const std::string id = service_.post_job(command_);
  wait_for_state(id, "running");
  EXPECT_EQ(service_.stop().exit_code, 0);
  std::ofstream(gate_) << "alone\n";
  service_.start();
  const auto job = service_.finished_job(id);
  EXPECT_EQ(text_of(job, "stdout"), "before\nalone\nafter\n");
  EXPECT_EQ(text_of(job, "state"), "failed");
}

TEST_F(Restart, ACallThatIsSentAgainHearsOfItsProgressWhichGoesOnRising) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string command = "cat " + gate_ + "; for i in 1 2 3 4 5; do echo $i; sleep 0.3; done";
  const std::string id = service_.post_job(command, R"(,"request_key":"k1")");
  wait_for_state(id, "running");
  service_.kill();
  service_.start();
  std::ofstream(gate_) << "go\n";
  const std::chrono::duration<double> so_far = std::chrono::steady_clock::now() - begun;
  const std::string answer =
      service_.call_tool("run_command", R"({"command":")" + command + R"(","request_key":"k1"})",
                         R"(,"progressToken":"p")");
  std::vector<double> told;
  const std::string name = R"("progress":)";
  for (auto at = answer.find(name); at != std::string::npos; at = answer.find(name, at + 1)) {
    told.push_back(std::stod(answer.substr(at + name.size())));
  }
  ASSERT_GE(told.size(), 2U) << answer;
  EXPECT_TRUE(std::ranges::is_sorted(told)) << answer;
  EXPECT_GT(told.front(), so_far.count()) << "more than can have been told before";
  EXPECT_NE(answer.find(id), std::string::npos) << answer;
}

TEST_F(Restart, QueuedJobsKeepTheirTurn) {
  service_.stop();
  service_.settings = {"BERTH_POOL__MAX_SESSIONS=1"};
  service_.start();
  const std::string first = service_.post_job(command_);
  wait_for_state(first, "running");
  const std::string second = service_.post_job("echo second");
  service_.kill();
  service_.start();
  wait_for_state(second, "queued");
  std::ofstream(gate_) << "go\n";
  EXPECT_EQ(text_of(service_.finished_job(first), "stdout"), "before\ngo\nafter\n");
  EXPECT_EQ(text_of(service_.finished_job(second), "stdout"), "second\n");
}

TEST_F(Restart, AJobWhoseHostIsKilledIsLostAndItsTerminalFreeAgain) {
  const std::string id = service_.post_job(command_);
  wait_for_state(id, "running");
  const auto hosts = service_.host_pids();
  ASSERT_EQ(hosts.size(), 1);
  kill(hosts.front(), SIGKILL);
  EXPECT_EQ(text_of(service_.finished_job(id), "state"), "lost");
  wait_until("the host's folder to be gone",
             [&] { return std::filesystem::is_empty(service_.data_dir() + "/hosts"); });
  EXPECT_EQ(service_.get("/status").json()["free_slots"].GetInt(), 16);
}

TEST_F(Restart, AHostThatDiedWhileTheServiceWasAwayLosesItsJob) {
  const std::string id = service_.post_job(command_);
  wait_for_state(id, "running");
  wait_until("output of " + id,
             [&] { return service_.get("/admin/v1/jobs/" + id + "/output").body == "before\n"; });
  const auto hosts = service_.host_pids();
  ASSERT_EQ(hosts.size(), 1);
  service_.kill();
  kill(hosts.front(), SIGKILL);
  service_.start();
  const auto job = service_.finished_job(id);
  EXPECT_EQ(text_of(job, "state"), "lost");
  EXPECT_EQ(service_.get("/admin/v1/jobs/" + id + "/output").body, "before\n");
}

TEST_F(Restart, EventIdsRiseOverRestarts) {
  service_.finished_job(service_.post_job("true"));
  service_.kill();
  service_.start();
  service_.finished_job(service_.post_job("true"));
  const auto events = service_.get("/admin/v1/events?limit=100").json();
  std::int64_t last = INT64_MAX;
  for (const auto& event : events["items"].GetArray()) {
    EXPECT_LT(event["id"].GetInt64(), last);
    last = event["id"].GetInt64();
  }
  EXPECT_GE(events["items"].Size(), 8);
}

}  // namespace
}  // namespace berth::tests
