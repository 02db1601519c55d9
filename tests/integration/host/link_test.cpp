#include <gmock/gmock.h>
#include <signal.h>

#include <string>
#include <variant>

#include "service/loop/poller.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "service/platform/spawn.h"
#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using hostproto::Accepted;
using hostproto::Finished;
using hostproto::ShellEnded;

class Link : public HostFixture {
 protected:
  std::vector<hostproto::JournalEntry> journal(std::int64_t after = 0) {
    return launcher->read_journal(host_id, after).value();
  }
};

std::string numbers(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST_F(Link, IsLostAndFoundWithoutALostLine) {
  launch();
  const core::JobId job = start("for ((i = 1; i <= 400; ++i)); do echo $i; sleep 0.002; done");
  ASSERT_TRUE(wait_for([&] { return !accepted.empty() && !spool(job, "out").empty(); }));
  link.reset();
  attach(0);
  ASSERT_EQ(resumed[0].job_id, job);
  ASSERT_EQ(accepted.size(), 2U);  // told live, and again from the journal
  EXPECT_EQ(outcome(job).out, numbers(400));
}

TEST_F(Link, MissesNothingThatEndsMeanwhile) {
  launch();
  const core::JobId first = start("echo one");
  outcome(first);
  const std::int64_t committed = finished[0].seq;
  const core::JobId job = start("until [ -e go ]; do sleep 0.01; done; seq 1 2000; exit 4");
  ASSERT_TRUE(wait_for([this] { return accepted.size() == 2; }));
  link.reset();
  finished.clear();
  ASSERT_TRUE(platform::overwrite_file(folder + "/project/go", ""));
  // The journal says when it has ended, as it would tell a service that starts later.
  ASSERT_TRUE(wait_for([&] { return journal(committed).size() == 2; }));
  attach(committed);
  EXPECT_TRUE(resumed[0].job_id.empty());
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_EQ(finished[0].exit_code, 4);
  EXPECT_FALSE(finished[0].stdout_inline) << "more than the journal takes";
  EXPECT_EQ(outcome(job).out, numbers(2000));
  EXPECT_EQ(run("echo on").out, "on\n");
  link.reset();
  finished.clear();
  attach(committed);
  ASSERT_EQ(finished.size(), 2U);
  EXPECT_EQ(finished[1].stdout_inline, "on\n") << "small output stands in the journal";
}

TEST_F(Link, IsTakenOverByTheNewest) {
  launch();
  auto first = std::move(link);
  attach(0);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));  // the first one
  gone.reset();
  EXPECT_EQ(run("echo on").out, "on\n");
}

TEST_F(Link, RunsAJobOnceHoweverOftenItIsSent) {
  launch();
  hostproto::Run command;
  command.job_id = core::JobId::make();
  command.command = "echo run >>runs; until [ -e go ]; do sleep 0.01; done";
  start(command);
  ASSERT_TRUE(wait_for([this] { return started.size() == 1; }));
  const auto send_again = [&] { link->run(command); };
  send_again();
  ASSERT_TRUE(wait_for([this] { return accepted.size() == 2; }));
  ASSERT_TRUE(platform::overwrite_file(folder + "/project/go", ""));
  outcome(command.job_id);
  send_again();
  ASSERT_TRUE(wait_for([this] { return accepted.size() == 3; }));
  EXPECT_EQ(accepted[0].seq, accepted[2].seq);
  EXPECT_EQ(run("cat runs").out, "run\n");
  EXPECT_TRUE(rejected.empty());
}

TEST_F(Link, OfADeadHostLeavesItsJournal) {
  launch();
  const Outcome told = run("echo told");
  const int host = host_pid();
  const core::JobId job = start("sleep 1000");
  ASSERT_TRUE(wait_for([&] { return !started.empty() && started.back().job_id == job; }));
  const std::int64_t committed = told.finished.seq;
  const int shell = static_cast<int>(readies[0].shell_pid);
  kill(host, SIGKILL);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  EXPECT_FALSE(launcher->attach(host_id, committed, *this));
  const auto entries = journal(committed);
  ASSERT_EQ(entries.size(), 3U);  // host_pid() took a command too
  EXPECT_EQ(std::get<Accepted>(entries[2]).job_id, job);
  kill(shell, SIGKILL);
  ASSERT_TRUE(launcher->forget(host_id));
  EXPECT_FALSE(launcher->read_journal(host_id, 0));
}

TEST_F(Link, JournalIsReadUpToARecordCutShort) {
  launch();
  run("echo one");
  run("echo two");
  const std::string path = folder + "/data/hosts/" + host_id.str() + "/journal";
  std::string bytes = platform::read_file(path).value();
  ASSERT_EQ(hostproto::read_journal(bytes).entries.size(), 4U);
  bytes.resize(bytes.size() - 3);
  EXPECT_EQ(hostproto::read_journal(bytes).entries.size(), 3U);
}

TEST_F(Link, JournalIsTrimmedOnlyWhenTheServiceSaysSo) {
  launch();
  for (int i = 0; i < 5; ++i) run("true");
  EXPECT_EQ(journal().size(), 10U);
  link->trim(finished.back().seq - 1);
  EXPECT_EQ(run("true").finished.exit_code, 0);
  attach(0);
  EXPECT_TRUE(wait_for([this] { return !resumed.empty(); }));
  link->trim(finished.back().seq);
  EXPECT_EQ(run("true").finished.exit_code, 0);
  ASSERT_EQ(journal().size(), 2U);
  EXPECT_EQ(hostproto::seq_of(journal()[1]), finished.back().seq);
}

TEST_F(Link, HostWithoutAServiceEndsItselfOnceIdle) {
  terminals::HostSettings brief = settings();
  brief.orphan_limit = core::Milliseconds(50);
  launch(brief);
  const int host = host_pid();
  const platform::Descriptor pidfd = platform::open_pidfd(host);
  start("sleep 0.3; echo done >left");
  ASSERT_TRUE(wait_for([this] { return !started.empty() && started.size() == 2; }));
  link.reset();
  ASSERT_TRUE(wait_for([&] { return kill(host, 0) != 0; }));
  EXPECT_EQ(platform::read_file(folder + "/project/left"), "done\n");
  const auto entries = journal();
  EXPECT_TRUE(std::holds_alternative<ShellEnded>(entries.back()));
}

TEST_F(Link, HostThatIsToldNothingEnds) {
  auto ends = platform::socket_pair();
  ASSERT_TRUE(ends);
  platform::SpawnOptions options;
  options.program = BERTH_HOST_PROGRAM;
  options.descriptors = {{ends->second.get(), 3}};
  auto child = platform::spawn(options);
  ASSERT_TRUE(child);
  ends->first.reset();
  ends->second.reset();
  bool over = false;
  {
    loop::Poller poller(loop_, child->pidfd.get());
    poller.watch(true, false, [&](bool, bool) { over = true; });
    ASSERT_TRUE(wait_for([&] { return over; }));
  }
  EXPECT_EQ(platform::reap(child->pid)->exit_code, 0);
}

TEST_F(Link, SaysWhyAShellCanNotBeStarted) {
  terminals::HostSettings wrong = settings();
  wrong.program = "/no/such/shell";
  auto launched = launcher->launch(host_id, wrong, *this);
  ASSERT_TRUE(launched);
  link = std::move(*launched);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_THAT(ended[0].error.message, testing::HasSubstr("/no/such/shell"));
  link.reset();

  host_id = core::HostId::make();
  ended.clear();
  gone.reset();
  wrong.program = "/bin/true";  // a program that is no shell
  launched = launcher->launch(host_id, wrong, *this);
  ASSERT_TRUE(launched);
  link = std::move(*launched);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_THAT(ended[0].error.message, testing::HasSubstr("ends as soon as"));
}

TEST_F(Link, WorksBelowADeepDataFolder) {
  launcher = std::make_unique<terminals::HostLauncher>(
      loop_, folder + "/" + std::string(120, 'd') + "/" + std::string(120, 'e'),
      BERTH_HOST_PROGRAM);
  launch();
  EXPECT_EQ(run("echo deep").out, "deep\n");
  link.reset();
  attach(0);
  EXPECT_EQ(run("echo again").out, "again\n");
}

TEST_F(Link, TakesACommandBeforeItsShellIsReady) {
  auto launched = launcher->launch(host_id, settings(), *this);
  ASSERT_TRUE(launched);
  link = std::move(*launched);
  EXPECT_EQ(run("echo early").out, "early\n");
}

}  // namespace
}  // namespace berth::test
