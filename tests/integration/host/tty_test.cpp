#include <gmock/gmock.h>

#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

/// A session whose commands run on a pseudo-terminal.
class TtySession : public ShellFixture {
 protected:
  void SetUp() override {
    terminals::HostSettings with_tty = settings();
    with_tty.tty = true;
    with_tty.rows = 30;
    with_tty.cols = 100;
    launch(with_tty);
  }

  bool shows(const core::JobId& job, const std::string& text) {
    return wait_for([&] { return spool(job, "out").find(text) != std::string::npos; });
  }
  bool awaits_input() {
    return wait_for([&] { return !progress.empty() && progress.back().awaiting_input; });
  }
};

TEST_P(TtySession, IsATerminalOfItsSizeForBothStreams) {
  const Outcome outcome = run("test -t 0 && test -t 1 && test -t 2 && stty size; echo err >&2");
  EXPECT_EQ(outcome.out, "30 100\r\nerr\r\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.finished.exit_code, 0);
  EXPECT_EQ(run("echo opened >/dev/tty; false").out, "opened\r\n");
  EXPECT_EQ(run("exit 3").finished.exit_code, 3);
  EXPECT_EQ(run("stty size").out, "30 100\r\n");
}

TEST_P(TtySession, GivesEveryByteOfLargeOutput) {
  for (int i = 0; i < 20; ++i) {
    const Outcome outcome = run("seq 1 20000; echo END");
    EXPECT_THAT(outcome.out, testing::EndsWith("\r\n20000\r\nEND\r\n"));
    EXPECT_EQ(outcome.out.size(), 128'899U);
  }
}

TEST_P(TtySession, CanBeResized) {
  link->resize({50, 132});
  EXPECT_EQ(run("stty size").out, "50 132\r\n");
  const core::JobId job =
      start("bash -c \"trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done\"");
  ASSERT_TRUE(shows(job, "ready"));
  link->resize({20, 70});
  EXPECT_THAT(outcome(job).out, HasSubstr("20 70"));
}

TEST_P(TtySession, TakesWhatIsTyped) {
  const core::JobId job = start("printf 'Name? '; read -r name; echo \"Hello $name\"");
  ASSERT_TRUE(shows(job, "Name? "));
  type(job, "Ada\n");
  EXPECT_EQ(outcome(job).out, "Name? Ada\r\nHello Ada\r\n");

  const core::JobId cat = start("cat; echo over");
  type(cat, "one\n");
  ASSERT_TRUE(shows(cat, "one\r\none"));
  type(cat, "tw", true);  // ends in the middle of a line
  EXPECT_THAT(outcome(cat).out, HasSubstr("twtwover"));
}

TEST_P(TtySession, TakesTheSameInputOnce) {
  const core::JobId job = start("read a; read b; echo \"$a-$b\"");
  hostproto::Input once;
  once.job_id = job;
  once.bytes = "1\n";
  once.key = "first";
  link->input(once);
  link->input(once);
  ASSERT_TRUE(wait_for([this] { return taken.size() == 2; }));
  EXPECT_FALSE(taken[0].error);
  EXPECT_FALSE(taken[1].error);
  type(job, "2\n");
  EXPECT_THAT(outcome(job).out, HasSubstr("1-2"));
  type(job, "late\n");
  ASSERT_TRUE(wait_for([this] { return taken.size() == 4; }));
  EXPECT_EQ(taken[3].error->code, core::ErrorCode::conflict);
}

TEST_P(TtySession, TypedControlCInterruptsTheForegroundProcess) {
  const core::JobId job = start("sh -c 'echo begun; exec sleep 1000'; echo not reached");
  ASSERT_TRUE(shows(job, "begun"));
  type(job, "\x03");
  const Outcome outcome = this->outcome(job);
  EXPECT_EQ(outcome.finished.exit_code, 130);
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("not reached")));
  EXPECT_EQ(run("echo on").out, "on\r\n");
}

TEST_P(TtySession, StopsAWholeTree) {
  const core::JobId job = start("setsid sleep 1000 & sleep 1000 & echo begun; sleep 1000");
  ASSERT_TRUE(shows(job, "begun"));
  link->interrupt(job, core::StopMode::kill);
  const hostproto::Finished killed = outcome(job).finished;
  EXPECT_TRUE(killed.exit_code != 0 || killed.shell_restarted);  // see shells::Sh on busybox
  // Killed they all are; until the host has collected them pgrep may still see them.
  EXPECT_THAT(run("while pgrep -P $PPID sleep >/dev/null; do sleep 0.01; done; echo none left").out,
              HasSubstr("none left"));  // the shell may say which jobs were killed
}

TEST_P(TtySession, SaysWhenACommandWaitsForInput) {
  for (const char* command : {"read x", "cat", "python3 -c 'input()'",
                              "bash -c 'read -s p </dev/tty'", "sleep 0.3; head -n1"}) {
    progress.clear();
    const core::JobId job = start(command);
    EXPECT_TRUE(awaits_input()) << command;
    type(job, "x\n", true);
    outcome(job);
  }
  progress.clear();
  const core::JobId busy = start("sleep 1000");
  const core::JobId open = busy;
  // Looked at several times, and never taken for one that waits.
  EXPECT_FALSE(wait_for([this] { return !progress.empty() && progress.back().awaiting_input; },
                        std::chrono::milliseconds(700)));
  type(open, "\x03");
  outcome(busy);
}

TEST_P(TtySession, HasItsModesBackAfterACommandThatChangedThem) {
  run("stty raw -echo");
  const core::JobId job = start("stty -a | grep -o ' icanon\\| echo '; read x; echo \"<$x>\"");
  type(job, "line\n");
  EXPECT_THAT(outcome(job).out, HasSubstr("<line>"));
  // What nobody has read is not for the next command.
  const core::JobId typed = start("sleep 0.2");
  type(typed, "left over\n");
  outcome(typed);
  EXPECT_EQ(run("timeout --foreground 0.2 head -n 1; echo over").out, "over\r\n");
}

TEST_P(TtySession, DoesNotHearLateWritersForEver) {
  const Outcome first = run("(while :; do echo late; sleep 0.001; done) & echo first");
  EXPECT_THAT(first.out, HasSubstr("first"));
  EXPECT_THAT(run("echo second").out, HasSubstr("second"));
  EXPECT_EQ(run("kill %1; echo ended").finished.exit_code, 0);
  const Outcome flooded = run("yes & sleep 0.1; kill $!; echo stopped");
  // The end of its child may end busybox too (see shells::Sh), and no other.
  if (tested.label == "BusyboxAsSh" && flooded.finished.shell_restarted) return;
  EXPECT_THAT(flooded.out, HasSubstr("stopped"));
}

INSTANTIATE_TEST_SUITE_P(Shells, TtySession, testing::ValuesIn(shells_under_test()), ShellLabel());

}  // namespace
}  // namespace berth::test
