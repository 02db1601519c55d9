// Closing a terminal while its command runs: how hard, and harder afterwards.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

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
    EXPECT_FALSE(shell_is_alive());
    wait_for_free_terminals();
  }
}

TEST_F(Closing, ASofterCancellationDoesNotCallOffAHarderOne) {
  const std::string id = start_endless();
  cancel(id, "kill");
  cancel(id, "after_command");
  EXPECT_EQ(text_of(service_.finished_job(id), "signal"), "SIGKILL");
}

}  // namespace
}  // namespace berth::tests
