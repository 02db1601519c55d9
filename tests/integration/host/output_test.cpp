#include <fcntl.h>
#include <gmock/gmock.h>

#include <string>

#include "service/platform/files.h"
#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class Output : public ShellFixture {
 protected:
  void SetUp() override { launch(); }
};

TEST_P(Output, IsExact) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  const Outcome outcome =
      run("i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i + 1)); done; "
          "printf '\\377\\376' >&2");
  EXPECT_EQ(outcome.out, all);
  EXPECT_EQ(outcome.err, "\xff\xfe");
}

TEST_P(Output, KeepsBothStreamsApart) {
  const Outcome outcome =
      run("i=0; while [ $i -lt 10000 ]; do echo out $i; echo err $i >&2; i=$((i + 1)); done");
  std::string out;
  std::string err;
  for (int i = 0; i < 10000; ++i) {
    out += "out " + std::to_string(i) + "\n";
    err += "err " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(outcome.out, out);
  EXPECT_EQ(outcome.err, err);
  EXPECT_FALSE(outcome.finished.stdout_inline);
}

TEST_P(Output, NeverMissesItsTail) {
  for (int i = 0; i < 100; ++i) {
    const Outcome outcome = run("seq 1 60000; echo END");
    ASSERT_EQ(outcome.out.size(), 348'894U + 4U) << "round " << i;
    ASSERT_THAT(outcome.out, EndsWith("\n60000\nEND\n")) << "round " << i;
  }
}

TEST_P(Output, OfAnySizeArrivesWhole) {
  // 600 MB of it are in tests/e2e/nasty; here several run at a time, each with a file this large.
  const Outcome outcome = run("head -c 100000000 /dev/zero | tr '\\0' x; printf end");
  ASSERT_EQ(outcome.out.size(), 100'000'003U) << outcome.finished.message << outcome.err;
  EXPECT_EQ(outcome.out.find_first_not_of('x'), 100'000'000U);
  EXPECT_FALSE(progress.empty());
}

TEST_P(Output, ComesWithTheResultUpToItsLimit) {
  const std::size_t limit = hostproto::kMaxInlineBytes;
  const auto command = [](std::size_t bytes) {
    return "head -c " + std::to_string(bytes - 1) + " /dev/zero; printf x >&2";
  };
  EXPECT_TRUE(run(command(limit)).finished.stdout_inline);
  const Outcome over = run(command(limit + 1));
  EXPECT_FALSE(over.finished.stdout_inline);
  EXPECT_FALSE(over.finished.stderr_inline);
}

TEST_P(Output, OfABackgroundProcessDoesNotHoldTheCommand) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run("sleep 100 & echo started").out, "started\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(run("jobs >list; wc -l <list").out, "1\n");
}

TEST_P(Output, WrittenLateIsNobodysAndBreaksNobody) {
  const Outcome first = run(
      "( until [ -e go ]; do sleep 0.01; done; echo late; echo late >&2; echo \"$?\" >written ) & "
      "echo now");
  EXPECT_EQ(first.out, "now\n");
  const Outcome second = run("touch go; until [ -s written ]; do sleep 0.01; done; cat written");
  EXPECT_EQ(second.out, "0\n");
  EXPECT_EQ(second.err, "");
}

TEST_P(Output, OfAnEndlessBackgroundWriterDoesNotHoldTheSession) {
  const Outcome first = run("yes & echo $! >pid");
  EXPECT_EQ(first.finished.exit_code, 0);
  EXPECT_EQ(run("echo usable").out, "usable\n");
  // Not waited for: dash 0.5.12 may wait for ever for a child that ended a moment before.
  EXPECT_EQ(run("kill $(cat pid) && echo ended").out, "ended\n");
}

TEST_P(Output, ThatDoesNotFitIsDroppedAndSaidSo) {
  hostproto::Run command;
  command.job_id = core::JobId::make();
  command.command = "seq 1 200000; echo kept >&2";
  // A device that is always full stands for a full disk.
  platform::Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  auto kept = platform::create_file(folder + "/kept");
  ASSERT_TRUE(kept);
  link->output(std::move(full), std::move(*kept));
  link->run(command);
  ASSERT_TRUE(wait_for([this] { return !finished.empty(); }));
  EXPECT_EQ(finished[0].exit_code, 0);
  EXPECT_EQ(finished[0].stdout_bytes, 0);
  EXPECT_EQ(finished[0].stderr_bytes, 5);
  EXPECT_THAT(finished[0].message, HasSubstr("stdout after byte 0 was lost"));
  EXPECT_EQ(platform::read_file(folder + "/kept"), "kept\n");
}

TEST_P(Output, GrowsWhileItIsWatched) {
  const core::JobId job = start("for i in 1 2 3 4 5 6; do echo line $i; sleep 0.06; done");
  outcome(job);
  ASSERT_GE(progress.size(), 2U);
  for (std::size_t i = 1; i < progress.size(); ++i) {
    EXPECT_GT(progress[i].stdout_bytes, progress[i - 1].stdout_bytes);
  }
}

TEST_P(Output, OfALongCommandText) {
  std::string command = "cat <<'END'\n";
  const std::string line(99, 'y');
  for (int i = 0; i < 11'000; ++i) command += line + "\n";
  const std::size_t expected = command.size() - 12;
  command += "END\n";
  EXPECT_EQ(run(command).out.size(), expected);
}

INSTANTIATE_TEST_SUITE_P(Shells, Output, testing::ValuesIn(shells_under_test()), ShellLabel());

}  // namespace
}  // namespace berth::test
