// What is left behind when hosts are killed, and what the service makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "service/core/ids.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

class Orphans : public testing::Test {
 protected:
  Orphans() { service_.start(); }

  /// Starts a job that leaves processes everywhere and returns its id once they run.
  std::string start_job() {
    const std::string id = service_.post_job("setsid sleep 1000 & (sleep 1001 &); sleep 1002");
    wait_until("its processes", [&] { return processes_of(id).size() >= 3; });
    return id;
  }

  static std::vector<int> processes_of(const std::string& job) {
    return platform::processes_with("BERTH_JOB_ID", job);
  }

  static std::string terminal_of(const std::string& job) {
    return platform::environment_of(processes_of(job).front(), "BERTH_TERMINAL_ID").value_or("");
  }

  std::vector<std::string> host_folders() const {
    return platform::folders_in(service_.data_dir() + "/hosts");
  }

  ServiceProcess service_;
};

TEST_F(Orphans, AreEndedWhenTheirHostIsKilled) {
  const std::string id = start_job();
  const std::string terminal = terminal_of(id);
  platform::send_signal(service_.host_pids(), platform::KillSignal::kill);
  const auto job = service_.finished_job(id);
  EXPECT_EQ(text_of(job, "state"), "lost");
  wait_until("the orphans to be gone",
             [&] { return platform::processes_with("BERTH_TERMINAL_ID", terminal).empty(); });
  wait_until("the folder to be gone", [&] { return host_folders().empty(); });
}

TEST_F(Orphans, AreEndedByTheNextStartWhenAllWereKilled) {
  const std::string id = start_job();
  const std::string terminal = terminal_of(id);
  const auto hosts = service_.host_pids();
  service_.kill();
  platform::send_signal(hosts, platform::KillSignal::kill);
  EXPECT_THAT(host_folders(), testing::SizeIs(1));
  // And one that was killed before its host was stored.
  std::filesystem::create_directory(service_.data_dir() + "/hosts/" + core::HostId::make().str());
  service_.start();
  EXPECT_EQ(text_of(service_.finished_job(id), "state"), "lost");
  wait_until("the orphans to be gone",
             [&] { return platform::processes_with("BERTH_TERMINAL_ID", terminal).empty(); });
  wait_until("the folders to be gone", [&] { return host_folders().empty(); });
}

TEST_F(Orphans, HostsEndWhenNoServiceComesBack) {
  const std::string id = start_job();
  const std::string terminal = terminal_of(id);
  service_.kill();
  // hosts.orphan_limit is 2 s here, and counts from the end of the command.
  for (const int pid : processes_of(id)) platform::send_signal({pid}, platform::KillSignal::kill);
  wait_until("the host to end its shell and itself",
             [&] { return platform::processes_with("BERTH_TERMINAL_ID", terminal).empty(); });
}

TEST_F(Orphans, TheServiceIsNoneThoughItWasStartedInATerminal) {
  const std::string id = start_job();
  const std::string terminal = terminal_of(id);
  service_.stop();
  service_.settings = {"BERTH_TERMINAL_ID=" + terminal};
  service_.start();
  platform::kill_all([&] {
    auto pids = platform::processes_with("BERTH_TERMINAL_ID", terminal);
    std::erase(pids, service_.pid());
    return pids;
  });
  EXPECT_NE(text_of(service_.finished_job(id), "state"), "succeeded");
  service_.finished_job(service_.post_job("true"));
}

}  // namespace
}  // namespace berth::tests
