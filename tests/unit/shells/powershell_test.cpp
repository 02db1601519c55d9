#include "service/shells/powershell.h"

#include <gmock/gmock.h>

#include "tests/unit/shells/report_collector.h"

namespace berth::shells {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const ShellFiles kFiles{.status = R"(\\.\pipe\it's status)",
                        .reporter = R"(C:\b\report)",
                        .saver = R"(C:\b\save)",
                        .state = R"(C:\b\state)",
                        .commands = R"(\\.\pipe\commands)"};
const PowerShell kPwsh("pwsh");

TEST(PowerShell, IsStartedWithoutProfileOrQuestions) {
  EXPECT_EQ(kPwsh.arguments(kFiles),
            (std::vector<std::string>{
                "-NoLogo", "-NoProfile", "-NonInteractive", "-Command",
                R"(. ([ScriptBlock]::Create([IO.File]::ReadAllText('C:\b\report'))))"}));
  EXPECT_FALSE(kPwsh.reads_stdin());
}

TEST(PowerShell, RunsALoop) {
  const std::string loop = kPwsh.reporter_script(kFiles);
  EXPECT_THAT(loop, StartsWith("$__berth = @{ commands = '\\\\.\\pipe\\commands'; status = "
                               "'\\\\.\\pipe\\it''s status' }\n"
                               "$ProgressPreference = 'SilentlyContinue'\n"));
  EXPECT_THAT(loop, HasSubstr("$PSStyle.OutputRendering = 'PlainText'"));
  // Beyond ASCII, 5.1 would read a file without a mark in the code page of the machine.
  for (const char c : loop) ASSERT_GE(c, 0);
}

TEST(PowerShell, IsSentOneLineForACommand) {
  CommandPlan plan;
  plan.nonce = "N";
  plan.script = R"(C:\b\command)";
  plan.stdin_path = R"(C:\b\stdin)";
  plan.stdout_path = R"(\\.\pipe\out)";
  plan.stderr_path = R"(\\.\pipe\err)";
  plan.env = {"A=it's \"b\"\n$c", "E="};
  plan.cwd = R"(C:\p)";
  const CommandLines lines = kPwsh.command_lines(kFiles, plan, {R"(C:\home)", ""});
  EXPECT_EQ(lines.now,
            R"({"do":"run","nonce":"N","script":"C:\\b\\command","stdin":"C:\\b\\stdin",)"
            R"("stdout":"\\\\.\\pipe\\out","stderr":"\\\\.\\pipe\\err","cwd":"C:\\p",)"
            R"("home":"C:\\home","env":[{"name":"A","value":"it's \"b\"\n$c"},)"
            R"({"name":"E","value":""}]})"
            "\n");
  EXPECT_EQ(lines.once_started, "");
  plan.stdin_path = "NUL";
  EXPECT_THAT(kPwsh.command_lines(kFiles, plan, {}).now, HasSubstr(R"("stdin":"",)"));
}

TEST(PowerShell, IsSentOneLineForTheRest) {
  EXPECT_EQ(kPwsh.greeting_lines(kFiles, "N", true, {"gone"}),
            "{\"do\":\"greet\",\"nonce\":\"N\"}\n");
  EXPECT_EQ(kPwsh.prepare_lines(kFiles, "N", ""),
            "{\"do\":\"prepare\",\"nonce\":\"N\",\"cwd\":\"\"}\n");
  EXPECT_EQ(kPwsh.report_lines(kFiles, "N", {"/home", "/before"}),
            "{\"do\":\"report\",\"nonce\":\"N\",\"home\":\"/home\"}\n");
}

TEST(PowerShell, IsSentValidJsonWhateverAVariableHolds) {
  CommandPlan plan;
  plan.env = {"A=\xff\x01"};
  const std::string line = kPwsh.command_lines(kFiles, plan, {}).now;
  EXPECT_THAT(line, HasSubstr("\xef\xbf\xbd\\u0001"));
  EXPECT_THAT(line, Not(HasSubstr("\xff")));
}

std::vector<Report> read(std::string_view text) {
  const auto reader = kPwsh.report_reader();
  reader->expect({"N"});
  return reports_in(*reader, text, 5);
}

TEST(PowerShell, SaysSoInJson) {
  const auto reports =
      read(R"({"kind":"R","nonce":"N","ok":true,"code":null,"cwd":"C:\\a b","version":"7.4.6"})"
           "\r\n"
           R"({"kind":"S","nonce":"N","ok":true,"code":null,"cwd":"C:\\","version":"7.4.6"})"
           "\n"
           R"({"kind":"D","nonce":"N","ok":false,"code":3,"cwd":"C:\\\u00fc","version":"7.4.6"})"
           "\n");
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[0].kind, Report::Kind::ready);
  EXPECT_EQ(reports[0].version, "7.4.6");
  EXPECT_EQ(reports[0].cwd, R"(C:\a b)");
  EXPECT_EQ(reports[1].kind, Report::Kind::started);
  EXPECT_EQ(reports[2].kind, Report::Kind::done);
  EXPECT_EQ(reports[2].status, 3);
  EXPECT_EQ(reports[2].cwd, "C:\\ü");
}

TEST(PowerShell, HasAnExitStatusForEveryEnd) {
  const auto status = [](const std::string& members) {
    return read(R"({"kind":"D","nonce":"N",)" + members + "}\n").at(0).status;
  };
  EXPECT_EQ(status(R"("ok":true,"code":null)"), 0);
  EXPECT_EQ(status(R"("ok":true,"code":5)"), 0);
  EXPECT_EQ(status(R"("ok":false,"code":null)"), 1);
  EXPECT_EQ(status(R"("ok":false,"code":0)"), 1);
  EXPECT_EQ(status(R"("ok":false,"code":-1073741510)"), -1073741510);
}

TEST(PowerShell, IsNotImitated) {
  EXPECT_TRUE(read("garbage\n{}\n[]\n{\"kind\":\"D\"}\n"
                   R"({"kind":"D","nonce":"NN","ok":true})"
                   "\n"
                   R"({"kind":"D","nonce":"","ok":true})"
                   "\n"
                   R"({"kind":"Z","nonce":"N","ok":true})"
                   "\n")
                  .empty());
}

}  // namespace
}  // namespace berth::shells
