#include "service/platform/process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "service/platform/limits.h"
#include "service/platform/spawn.h"

namespace berth::platform {
namespace {

Child start_shell(const std::string& command, const std::vector<std::string>& environment = {}) {
  SpawnOptions options;
  options.program = "/bin/sh";
  options.arguments = {"-c", command};
  options.environment = environment;
  return spawn(options).value();
}

void wait_for_end(const Child& child) {
  pollfd ended{child.pidfd.get(), POLLIN, 0};
  ASSERT_EQ(poll(&ended, 1, 60'000), 1);
}

TEST(Process, OrphansAreCollectedThoughAChildWithAnOwnerWaits) {
  const Child owned = start_shell("exit 3");
  wait_for_end(owned);
  const Child orphan = start_shell("exit 4");
  wait_for_end(orphan);
  reap_orphans({owned.pid});
  EXPECT_FALSE(reap(orphan.pid));
  const auto status = reap(owned.pid);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->exit_code, 3);
}

TEST(Process, IsFoundByAVariable) {
  const Child tagged = start_shell("sleep 1000", {"BERTH_TEST_TAG=this one", "PATH=/bin:/usr/bin"});
  std::vector<int> found;
  while (found.empty())
    found = processes_with("BERTH_TEST_TAG", "this one");  // once it is executed
  send_signal({tagged.pid}, KillSignal::kill);
  EXPECT_NE(std::find(found.begin(), found.end(), tagged.pid), found.end());
  EXPECT_TRUE(processes_with("BERTH_TEST_TAG", "another").empty());
  send_signal(processes_with("BERTH_TEST_TAG", "this one"), KillSignal::kill);
  wait_for_end(tagged);
  EXPECT_TRUE(reap(tagged.pid));
}

TEST(Process, CanBeLimited) {
  const Child child = start_shell("sleep 1000", {"PATH=/bin:/usr/bin"});
  ASSERT_TRUE(limit_process(
      child.pid,
      {.processes = 77, .memory_bytes = 100 << 20, .cpu_time = core::Milliseconds(1'500)}));
  // What the system allows may be less, but not more.
  ASSERT_TRUE(limit_process(child.pid, {.processes = 1'000'000}));
  const auto limit_of = [&](__rlimit_resource resource) {
    rlimit limit{};
    EXPECT_EQ(prlimit(child.pid, resource, nullptr, &limit), 0);
    return std::pair(limit.rlim_cur, limit.rlim_max);
  };
  EXPECT_EQ(limit_of(RLIMIT_NPROC), std::pair(rlim_t{77}, rlim_t{77}));
  EXPECT_EQ(limit_of(RLIMIT_DATA), std::pair(rlim_t{100U << 20U}, rlim_t{100U << 20U}));
  EXPECT_EQ(limit_of(RLIMIT_CPU), std::pair(rlim_t{2}, rlim_t{7}));
  send_signal({child.pid}, KillSignal::kill);
  wait_for_end(child);
  EXPECT_TRUE(reap(child.pid));
}

}  // namespace
}  // namespace berth::platform
