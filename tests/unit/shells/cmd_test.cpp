#include "service/shells/cmd.h"

#include <gtest/gtest.h>

#include "tests/unit/shells/report_collector.h"

namespace berth::shells {
namespace {

const ShellFiles kFiles{.status = R"(C:\b\status)",
                        .reporter = R"(C:\b\report)",
                        .saver = R"(C:\b\save)",
                        .state = R"(C:\b\state)",
                        .commands = R"(C:\b\commands)"};

CommandPlan plan() {
  CommandPlan plan;
  plan.nonce = "N";
  plan.script = R"(C:\b\command.cmd)";
  plan.stdin_path = "NUL";
  plan.stdout_path = R"(C:\b\stdout)";
  plan.stderr_path = R"(C:\b\stderr)";
  return plan;
}

TEST(Cmd, IsStartedQuietlyAndStays) {
  EXPECT_EQ(Cmd().arguments(kFiles), (std::vector<std::string>{"/q", "/d", "/k"}));
  EXPECT_EQ(Cmd().script_suffix(), ".cmd");
  EXPECT_TRUE(Cmd().reads_stdin());
}

TEST(Cmd, IsGreetedOneLineAtATime) {
  EXPECT_EQ(Cmd().greeting_lines(kFiles, "N", false, {}),
            "chcp 65001 >nul\r\n"
            ">>\"C:\\b\\status\" echo VN&>>\"C:\\b\\status\" ver&>>\"C:\\b\\status\" echo PN"
            "&>>\"C:\\b\\status\" cd&>>\"C:\\b\\status\" echo RN\r\n");
}

TEST(Cmd, CallsACommandsFileWithItsOwnStreams) {
  const CommandLines lines = Cmd().command_lines(kFiles, plan(), {});
  EXPECT_EQ(lines.now,
            "set \"ERRORLEVEL=\"\r\n"
            "(>>\"C:\\b\\status\" echo SN&ver >nul&call \"C:\\b\\command.cmd\" <\"NUL\" "
            ">\"C:\\b\\stdout\" 2>\"C:\\b\\stderr\")\r\n"
            ">>\"C:\\b\\status\" echo PN&>>\"C:\\b\\status\" cd"
            "&>>\"C:\\b\\status\" echo DN%ERRORLEVEL%\r\n");
  EXPECT_EQ(lines.once_started, "");
}

TEST(Cmd, TakesBackWhatWasForOneCommand) {
  CommandPlan own = plan();
  own.cwd = R"(C:\a & b)";
  own.env = {"A=1 & %B%"};
  EXPECT_EQ(Cmd().command_lines(kFiles, own, {R"(C:\home)", ""}).now,
            "if defined A (set \"berth_was_A=%A%\") else set \"berth_was_A=\"\r\n"
            "set A=1 ^& ^%B^%\r\n"
            "set \"ERRORLEVEL=\"\r\n"
            "cd /d \"C:\\a & b\" && (>>\"C:\\b\\status\" echo SN&ver >nul"
            "&call \"C:\\b\\command.cmd\" <\"NUL\" >\"C:\\b\\stdout\" 2>\"C:\\b\\stderr\")\r\n"
            "cd /d \"C:\\home\"& >>\"C:\\b\\status\" echo PN&>>\"C:\\b\\status\" cd"
            "&>>\"C:\\b\\status\" echo DN%ERRORLEVEL%\r\n"
            "if defined berth_was_A (set \"A=%berth_was_A%\") else set \"A=\"\r\n"
            "set \"berth_was_A=\"\r\n");
}

TEST(Cmd, IsPreparedForGood) {
  EXPECT_EQ(Cmd().prepare_lines(kFiles, "N", R"(C:\p)"),
            "cd /d \"C:\\p\" && (>>\"C:\\b\\status\" echo SN)\r\n"
            ">>\"C:\\b\\status\" echo PN&>>\"C:\\b\\status\" cd"
            "&>>\"C:\\b\\status\" echo DN%ERRORLEVEL%\r\n");
}

TEST(Cmd, SaysSoInLines) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
    const auto reader = Cmd().report_reader();
    reader->expect({"N", "M"});
    const auto reports =
        reports_in(*reader,
                   "VN\r\n\r\nMicrosoft Windows [Version 10.0.22631]\r\nPN\r\nC:\\Users\r\nRN\r\n"
                   "SM\r\nsomething else\r\nPM\r\nC:\\a & b\r\nDM-1073741510\r\nDX1\r\n",
                   piece);
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_EQ(reports[0].kind, Report::Kind::ready);
    EXPECT_EQ(reports[0].version, "Microsoft Windows [Version 10.0.22631]");
    EXPECT_EQ(reports[0].cwd, R"(C:\Users)");
    EXPECT_EQ(reports[1].kind, Report::Kind::started);
    EXPECT_EQ(reports[2].kind, Report::Kind::done);
    EXPECT_EQ(reports[2].cwd, R"(C:\a & b)");
    EXPECT_EQ(reports[2].status, -1073741510);  // STATUS_CONTROL_C_EXIT
  }
}

}  // namespace
}  // namespace berth::shells
