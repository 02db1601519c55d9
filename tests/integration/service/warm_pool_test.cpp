#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A service that starts terminals in advance, two unless a test says otherwise.
class WarmPool : public testing::Test {
 protected:
  WarmPool() { service.settings = {"BERTH_POOL__WARM=2"}; }

  std::size_t hosts() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(service.data_dir() + "/hosts")) {
      count += entry.is_directory() ? 1U : 0U;
    }
    return count;
  }

  void wait_for_warm(int count) const {
    wait_until("warm terminals",
               [&] { return service.get("/status").json()["warm_terminals"].GetInt() == count; });
  }

  std::string output_of(const std::string& command, const std::string& more = {}) const {
    const std::string id = service.post_job(command, more);
    service.finished_job(id);
    return service.get("/admin/v1/jobs/" + id + "/output").body;
  }

  ServiceProcess service;
};

TEST_F(WarmPool, IsFullSoonAndAfterEachUse) {
  service.start();
  wait_for_warm(2);
  EXPECT_EQ(hosts(), 2U);
  EXPECT_THAT(output_of("echo hi"), HasSubstr("hi"));
  wait_for_warm(2);
}

TEST_F(WarmPool, KeepsItsTerminals) {
  service.settings.emplace_back("BERTH_HOSTS__START_TIMEOUT=200ms");
  service.start();
  wait_for_warm(2);
  const auto hosts = service.host_pids();
  wait_until("time to pass",
             [&] { return service.get("/status").json()["uptime_ms"].GetInt() > 1'000; });
  EXPECT_EQ(service.host_pids(), hosts);
  EXPECT_THAT(service.log(), Not(HasSubstr("is lost")));
}

TEST_F(WarmPool, GivesTheDirectoryAndNothingOfAnother) {
  service.settings = {"BERTH_POOL__WARM=1"};
  service.start();
  for (int i = 0; i < 3; ++i) {
    wait_for_warm(1);
    // Each gets a shell of its own, which knows of none before it.
    EXPECT_THAT(
        output_of("pwd; echo \"old=$OLDPWD secret=$secret\"; export secret=1; history | tail -n 2",
                  R"(,"cwd":"/usr/lib")"),
        "/usr/lib\nold= secret=\n");
  }
}

TEST_F(WarmPool, SaysWhatIsWrongWithADirectory) {
  service.start();
  wait_for_warm(2);
  const std::string id = service.post_job("pwd", R"(,"cwd":"/no/such/folder")");
  const auto job = service.finished_job(id);
  EXPECT_EQ(text_of(job, "state"), "failed");
  EXPECT_THAT(text_of(job, "message"), HasSubstr("/no/such/folder"));
}

TEST_F(WarmPool, LeavesNothingAtAStop) {
  service.start();
  wait_for_warm(2);
  service.stop();
  EXPECT_EQ(hosts(), 0U);
  EXPECT_THAT(service.log(), Not(HasSubstr("unasked")));
}

TEST_F(WarmPool, IsMadeAnewAfterAKill) {
  service.start();
  wait_for_warm(2);
  service.kill();
  EXPECT_EQ(hosts(), 2U);
  service.start();
  wait_for_warm(2);
  wait_until("the hosts of the killed service to be gone", [&] { return hosts() == 2; });
  EXPECT_THAT(output_of("echo hi"), HasSubstr("hi"));
}

/// A home with a profile, and the service's answer to what it sets.
class LoginEnvironment : public WarmPool {
 protected:
  void with_profile(const std::string& text) {
    const std::string home = service.folder() + "/home";
    std::filesystem::create_directory(home);
    EXPECT_TRUE(platform::overwrite_file(home + "/.bash_profile", text));
    service.settings = {"BERTH_POOL__WARM=1", "BERTH_SESSIONS__LOGIN_ENVIRONMENT=on",
                        "HOME=" + home, "SHELL=/bin/bash"};
  }
};

TEST_F(LoginEnvironment, IsThatOfTheProfileInEveryTerminal) {
  with_profile(
      "echo welcome\n"
      "export FROM_PROFILE=$'two\\nlines' PATH=/opt/tools:$PATH SSH_AUTH_SOCK=/tmp/agent\n"
      "export TERM=xterm NOT_$(id -u)=x\n");
  service.start();
  const std::string command =
      "echo \"$FROM_PROFILE|$PATH|$TERM|$SSH_AUTH_SOCK|$SHLVL\"; env | grep BERTH_ | "
      "grep -v _ID=";
  const std::string first = output_of(command);  // may have waited for it
  EXPECT_THAT(first, testing::StartsWith("two\nlines|/opt/tools:"));
  EXPECT_THAT(first, testing::EndsWith("|dumb||1\n"));
  wait_for_warm(1);
  EXPECT_EQ(output_of(command), first);
}

TEST_F(LoginEnvironment, IsDoneWithoutIfTheProfileHangs) {
  with_profile("export FROM_PROFILE=1; trap '' INT TERM; while :; do sleep 1; done");
  service.settings.emplace_back("BERTH_SESSIONS__LOGIN_TIMEOUT=300ms");
  service.start();
  EXPECT_THAT(output_of("echo \"<$FROM_PROFILE>\""), HasSubstr("<>"));
  EXPECT_THAT(service.log(), HasSubstr("without the login environment"));
}

TEST_F(LoginEnvironment, IsDoneWithoutIfTheProfileEndsTheShell) {
  with_profile("exit 3");
  service.start();
  EXPECT_THAT(output_of("echo \"<$FROM_PROFILE>\""), HasSubstr("<>"));
  EXPECT_THAT(service.log(), HasSubstr("did not print its environment"));
}

TEST_F(LoginEnvironment, IsThatOfAnyLoginShell) {
  for (const char* const shell : {"/bin/sh", "/bin/zsh"}) {
    with_profile("");
    const std::string home = service.folder() + "/home";
    const std::string text = "export FROM_PROFILE='of a shell'\n";
    EXPECT_TRUE(platform::overwrite_file(home + "/.profile", text));
    EXPECT_TRUE(platform::overwrite_file(home + "/.zprofile", text));
    service.settings.back() = std::string("SHELL=") + shell;
    service.start();
    EXPECT_EQ(output_of("echo $FROM_PROFILE"), "of a shell\n") << shell << service.log();
    service.stop();
  }
}

TEST_F(LoginEnvironment, IsAskedForPastWhatAProfileDefines) {
  with_profile("alias env='env | sort'; printf() { :; }; export FROM_PROFILE=1");
  service.start();
  EXPECT_EQ(output_of("echo \"<$FROM_PROFILE>\""), "<1>\n");
}

TEST_F(LoginEnvironment, IsDoneWithoutIfItIsNotWhole) {
  // One variable that no program can be given: env can't be started.
  with_profile("export HUGE=$(head -c 200000 /dev/zero | tr '\\0' x) FROM_PROFILE=1");
  service.start();
  EXPECT_EQ(output_of("echo \"<$FROM_PROFILE>${PATH:+path}\""), "<>path\n");
  EXPECT_THAT(service.log(), HasSubstr("without the login environment"));
}

TEST_F(LoginEnvironment, IsWrittenNowhere) {
  with_profile("export SECRET_OF_PROFILE=topsecret42");
  service.start();
  EXPECT_EQ(output_of("echo $SECRET_OF_PROFILE | tr a-z A-Z"), "TOPSECRET42\n");
  service.kill();  // so that nothing is removed while it is looked at
  for (const auto& entry : std::filesystem::recursive_directory_iterator(service.data_dir())) {
    if (!entry.is_regular_file()) continue;
    const auto text = platform::read_file(entry.path().string(), 64U << 20U);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->find("topsecret42"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace berth::tests
