#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "service/platform/files.h"
#include "service/platform/process.h"
#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

class Stopping : public ShellFixture {
 protected:
  void SetUp() override {
    launch();
    run("kept=yes");
  }

  /// Starts a command that says `up` once it is where it should be stopped.
  core::JobId start_and_wait(hostproto::Run command) {
    const core::JobId job = start(std::move(command));
    EXPECT_TRUE(wait_for([&] { return spool(job, "out").find("up") != std::string::npos; }));
    return job;
  }
  core::JobId start_and_wait(const std::string& text) {
    hostproto::Run command;
    command.command = text;
    return start_and_wait(std::move(command));
  }

  /// A process with these arguments runs below the host.
  bool is_running(const std::string& arguments) {
    const int shell = static_cast<int>(readies.back().shell_pid);
    return std::ranges::any_of(platform::descendants(shell), [&](int pid) {
      std::string line =
          platform::read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
      std::ranges::replace(line, '\0', ' ');
      return line == arguments + " ";
    });
  }

  /// `S` while it sleeps, `Z` when it has ended and its parent has not noticed; 0 if there is none.
  static char state_of(const std::string& pid) {
    const std::string stat = platform::read_file("/proc/" + pid + "/stat").value_or("");
    const std::size_t name_end = stat.rfind(") ");
    return name_end == std::string::npos ? '\0' : stat[name_end + 2];
  }

  bool is_alive(const std::string& pid_file) {
    std::string pid = platform::read_file(folder + "/project/" + pid_file).value_or("");
    if (pid.ends_with('\n')) pid.pop_back();
    const char state = pid.empty() ? '\0' : state_of(pid);
    return state != '\0' && state != 'Z';
  }

  void expect_session_kept() { EXPECT_EQ(run("echo $kept").out, "yes\n"); }
};

TEST_P(Stopping, AnInterruptEndsACommandAndTheSessionSurvives) {
  const core::JobId job = start_and_wait("echo up; sleep 100; echo not reached");
  link->interrupt(job, core::StopMode::interrupt);
  const Outcome stopped = outcome(job);
  EXPECT_EQ(stopped.finished.signal, "SIGINT");
  EXPECT_EQ(stopped.out, "up\n");
  EXPECT_FALSE(stopped.finished.shell_restarted);
  expect_session_kept();
}

TEST_P(Stopping, AnInterruptEndsALoopInTheShellItself) {
  const core::JobId job = start_and_wait("echo up; while :; do :; done");
  link->interrupt({}, core::StopMode::interrupt);
  EXPECT_EQ(outcome(job).finished.signal, "SIGINT");
  expect_session_kept();
}

TEST_P(Stopping, AnInterruptEndsALoopOfProcesses) {
  const core::JobId job = start_and_wait("echo up; while :; do sleep 0.01; done");
  link->interrupt(job, core::StopMode::interrupt);
  EXPECT_EQ(outcome(job).finished.signal, "SIGINT");
  expect_session_kept();
}

TEST_P(Stopping, AnInterruptThatIsHandledIsTheCommandsOwnBusiness) {
  const core::JobId job = start_and_wait(
      "bash -c 'trap \"echo caught; exit 9\" INT; echo up; while :; do sleep 0.01; done'");
  link->interrupt(job, core::StopMode::interrupt);
  const Outcome stopped = outcome(job);
  EXPECT_EQ(stopped.finished.exit_code, 9);
  EXPECT_EQ(stopped.out, "up\ncaught\n");
  expect_session_kept();
}

TEST_P(Stopping, TheScriptDoesNotGoOnWhenItsProcessIsEnded) {
  for (const auto how : {core::StopMode::terminate, core::StopMode::kill}) {
    for (const char* const script :
         {"sleep 100", "trap '' INT; sleep 100", "sleep 100 | cat", "x=$(sleep 100)",
          "while :; do sleep 100; done", "(trap '' INT; sleep 100; exit 1)"}) {
      const core::JobId job =
          start_and_wait(std::string("echo up; ") + script + " || echo reached; echo reached");
      // Past `up` the script may not have come to its process yet.
      ASSERT_TRUE(wait_for([&] { return is_running("sleep 100"); }));
      link->interrupt(job, how);
      const Outcome stopped = outcome(job);
      EXPECT_EQ(stopped.out, "up\n") << script;
      EXPECT_EQ(stopped.finished.signal, how == core::StopMode::kill ? "SIGKILL" : "SIGTERM")
          << script;
      EXPECT_FALSE(stopped.finished.shell_restarted) << stopped.finished.message;
      expect_session_kept();
    }
  }
}

TEST_P(Stopping, TerminateRunsATrapOfTheCommandItself) {
  const core::JobId job =
      start_and_wait("trap 'echo cleaned; exit 9' TERM; echo up; while :; do sleep 0.1; done");
  link->interrupt(job, core::StopMode::terminate);
  const Outcome stopped = outcome(job);
  EXPECT_EQ(stopped.out, "up\ncleaned\n");
  EXPECT_EQ(stopped.finished.exit_code, 9);
}

TEST_P(Stopping, AProgramInTheShellsPlaceGetsTheSignalsItKnows) {
  const std::string script =
      "trap 'echo INT; exit 8' INT; trap 'echo TERM; exit 9' TERM; echo up; "
      "while :; do sleep 0.1; done";
  std::ofstream(folder + "/project/traps.sh") << script;
  const core::JobId interrupted = start_and_wait("exec sh ./traps.sh");
  link->interrupt(interrupted, core::StopMode::interrupt);
  EXPECT_EQ(outcome(interrupted).finished.exit_code, 8);
  const core::JobId terminated = start_and_wait("exec sh ./traps.sh");
  link->interrupt(terminated, core::StopMode::terminate);
  const Outcome end = outcome(terminated);
  EXPECT_EQ(end.finished.exit_code, 9);
  EXPECT_EQ(end.out, "up\nTERM\n");
  hostproto::Run limited;
  limited.command = "exec sh ./traps.sh";
  limited.timeout = core::Milliseconds(300);
  const Outcome late = run(limited);
  EXPECT_TRUE(late.finished.timed_out);
  EXPECT_EQ(late.finished.exit_code, 8);
}

TEST_P(Stopping, TerminateLetsAProcessCleanUp) {
  const core::JobId job = start_and_wait(
      "bash -c 'trap \"sleep 0.3; echo cleaned; exit 0\" TERM; trap \"echo hurried\" INT; "
      "echo up; while :; do sleep 0.01; done'");
  link->interrupt(job, core::StopMode::terminate);
  EXPECT_EQ(outcome(job).out, "up\ncleaned\n");
  expect_session_kept();
}

TEST_P(Stopping, KillEndsTheWholeTree) {
  const core::JobId job = start_and_wait(
      "setsid bash -c 'trap \"\" INT TERM HUP; echo $$ >detached; sleep 100; sleep 100' & "
      "(trap '' INT TERM; sh -c 'echo $PPID' >stubborn; until [ -s detached ]; do sleep 0.01; "
      "done; "
      "echo up; while :; do sleep 1; done); echo not reached");
  link->interrupt(job, core::StopMode::kill);
  const Outcome stopped = outcome(job);
  EXPECT_EQ(stopped.out, "up\n");
  EXPECT_TRUE(wait_for([this] { return !is_alive("detached") && !is_alive("stubborn"); }));
  expect_session_kept();
}

TEST_P(Stopping, KillReplacesAShellThatRefuses) {
  const core::JobId job =
      start_and_wait("builtin() { :; }; trap '' INT PWR VTALRM; echo up; while :; do :; done");
  link->interrupt(job, core::StopMode::kill);
  const Outcome stopped = outcome(job);
  EXPECT_EQ(stopped.finished.signal, "SIGKILL");
  EXPECT_TRUE(stopped.finished.shell_restarted);
  EXPECT_EQ(run("pwd").out, folder + "/project\n");
}

TEST_P(Stopping, SparesBackgroundProcessesOfEarlierCommands) {
  run("sleep 1000 & echo $! >program; (while :; do sleep 1000; done) & echo $! >subshell");
  const core::JobId job = start_and_wait("sleep 100 & echo $! >mine; echo up; sleep 100");
  link->interrupt(job, core::StopMode::kill);
  outcome(job);
  EXPECT_TRUE(wait_for([this] { return !is_alive("mine"); }));
  EXPECT_TRUE(is_alive("program"));
  EXPECT_TRUE(is_alive("subshell"));
}

TEST_P(Stopping, ATimeoutEndsACommand) {
  hostproto::Run command;
  command.command = "echo up; sleep 100; echo not reached";
  command.timeout = core::Milliseconds(100);
  const Outcome stopped = run(command);
  EXPECT_TRUE(stopped.finished.timed_out);
  EXPECT_EQ(stopped.finished.signal, "SIGINT");
  EXPECT_EQ(stopped.out, "up\n");
  expect_session_kept();

  command.command = "echo in time";
  command.timeout = core::Milliseconds(20'000);
  EXPECT_FALSE(run(command).finished.timed_out);
}

TEST_P(Stopping, ATimeoutGoesUpTheLadder) {
  hostproto::Run command;
  command.command = "bash -c 'trap \"\" INT TERM; echo up; while :; do sleep 0.05; done'";
  command.timeout = core::Milliseconds(100);
  const auto begin = std::chrono::steady_clock::now();
  const core::JobId job = start_and_wait(command);
  // One key press more must not keep it from going up.
  link->interrupt(job, core::StopMode::interrupt);
  const Outcome stopped = outcome(job);
  EXPECT_TRUE(stopped.finished.timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(9));
  EXPECT_EQ(run("echo on").out, "on\n");
}

TEST_P(Stopping, AnInterruptWithoutACommandDoesNothing) {
  link->interrupt({}, core::StopMode::interrupt);
  link->interrupt(core::JobId::make(), core::StopMode::kill);
  expect_session_kept();
}

TEST_P(Stopping, InterruptsInARowNeverWedgeTheSession) {
  for (int i = 0; i < 50; ++i) {
    const core::JobId job = start("for i in {1..200}; do :; done");
    link->interrupt(job, core::StopMode::interrupt);
    outcome(job);
  }
  EXPECT_EQ(run("echo on").out, "on\n");
}

TEST_P(Stopping, NeverHitsTheNextCommand) {
  for (int i = 0; i < 100; ++i) {
    const core::JobId job = start("true");
    link->interrupt(job, i % 2 == 0 ? core::StopMode::terminate : core::StopMode::kill);
    outcome(job);
    const Outcome next = run("/bin/echo next; echo done");
    ASSERT_EQ(next.finished.exit_code, 0) << "round " << i;
    ASSERT_EQ(next.out, "next\ndone\n") << "round " << i;
  }
}

TEST_P(Stopping, EndsABuiltinThatWaits) {
  for (const char* const command : {"echo up; read x <>fifo", "sleep 100 & echo up; wait"}) {
    run("rm -f fifo; mkfifo fifo");
    const core::JobId job = start_and_wait(std::string(command) + "; echo not reached");
    // What it has said is read before it is done saying it.
    ASSERT_TRUE(
        wait_for([this] { return state_of(std::to_string(readies.back().shell_pid)) == 'S'; }));
    link->interrupt(job, core::StopMode::terminate);
    const Outcome stopped = outcome(job);
    EXPECT_EQ(stopped.finished.signal, "SIGTERM")
        << command << ": " << stopped.finished.exit_code.value_or(-1);
    EXPECT_EQ(stopped.out, "up\n");
  }
  expect_session_kept();
}

TEST_P(Stopping, EndingTheTerminalLeavesNothingBehind) {
  run("sleep 1000 & echo $! >background; setsid sleep 1000 & echo $! >detached; "
      "trap 'echo bye >trapped' EXIT");
  EXPECT_TRUE(is_alive("background"));
  link->end(core::StopMode::interrupt);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  EXPECT_EQ(ended.size(), 1U);
  EXPECT_FALSE(is_alive("background"));
  EXPECT_FALSE(is_alive("detached"));
  EXPECT_EQ(platform::read_file(folder + "/project/trapped"), "bye\n");
}

TEST_P(Stopping, EndingTheTerminalEndsItsCommand) {
  const core::JobId job = start_and_wait("echo up; sleep 100");
  link->end(core::StopMode::interrupt);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  ASSERT_EQ(finished.back().job_id, job);
  EXPECT_EQ(finished.back().signal, "SIGINT");
  EXPECT_FALSE(finished.back().shell_restarted);
}

TEST_P(Stopping, EndingTheTerminalAfterItsCommandLetsThatEnd) {
  const core::JobId job = start_and_wait("echo up; sleep 0.2; echo end");
  link->end(core::StopMode::after_command);
  EXPECT_EQ(outcome(job).out, "up\nend\n");
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
}

TEST_P(Stopping, KillingTheTerminalIsQuick) {
  const core::JobId job = start_and_wait("trap '' INT TERM HUP; echo up; sleep 1000");
  const auto begin = std::chrono::steady_clock::now();
  link->end(core::StopMode::kill);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  ASSERT_EQ(finished.back().job_id, job);
  EXPECT_EQ(finished.back().signal, "SIGKILL");
}

/// All but busybox: a signal may end it (see shells::Sh), which is a result too, but another one.
std::vector<ShellUnderTest> shells_that_take_signals() {
  std::vector<ShellUnderTest> found = shells_under_test();
  std::erase_if(found, [](const ShellUnderTest& shell) { return shell.label == "BusyboxAsSh"; });
  return found;
}

INSTANTIATE_TEST_SUITE_P(Shells, Stopping, testing::ValuesIn(shells_that_take_signals()),
                         ShellLabel());

}  // namespace
}  // namespace berth::test
