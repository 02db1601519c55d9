#include <gmock/gmock.h>

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Matcher;

/// A command that might wedge, leak out of its quotes, or take its shell along.
struct NastyCommand {
  using Text = Matcher<const std::string&>;

  std::string name;
  std::string command;
  std::string end;  ///< `exit 3` or `SIGKILL`
  Text out;
  Text err;
  bool restarts;

  NastyCommand(std::string called, std::string text, std::string ends, Text prints = std::string(),
               Text complains = std::string(), bool restarts_shell = false)
      : name(std::move(called)),
        command(std::move(text)),
        end(std::move(ends)),
        out(std::move(prints)),
        err(std::move(complains)),
        restarts(restarts_shell) {}
};

std::string end_of(const hostproto::Finished& finished) {
  if (!finished.signal.empty()) return finished.signal;
  return finished.exit_code ? "exit " + std::to_string(*finished.exit_code) : "nothing";
}

struct NastyCase {
  ShellUnderTest shell;
  NastyCommand command;
};

void PrintTo(const NastyCase& nasty, std::ostream* out) {
  *out << nasty.shell.label << ": " << nasty.command.command;
}

class NastyCommands : public HostFixture, public testing::WithParamInterface<NastyCase> {};

TEST_P(NastyCommands, GivesAClearResultAndTheSessionGoesOn) {
  const NastyCommand& nasty = GetParam().command;
  use(GetParam().shell);
  launch();
  ASSERT_EQ(run("cd /usr/lib && keep=42").finished.exit_code, 0);

  const Outcome outcome = run(nasty.command);
  EXPECT_EQ(end_of(outcome.finished), nasty.end);
  EXPECT_THAT(outcome.out, nasty.out);
  EXPECT_THAT(outcome.err, nasty.err);
  EXPECT_EQ(outcome.finished.shell_restarted, nasty.restarts) << outcome.finished.message;
  EXPECT_EQ(outcome.finished.message.empty(), !nasty.restarts) << outcome.finished.message;

  const Outcome after = run(tested.reach_builtin + " echo \"alive in $PWD\"");
  EXPECT_EQ(after.finished.exit_code, 0);
  EXPECT_EQ(after.out, "alive in /usr/lib\n");
  EXPECT_EQ(after.err, "");
}

const auto kAny = testing::A<const std::string&>();

std::vector<NastyCommand> commands_for_all() {
  return {
      NastyCommand{
          "UnclosedQuote", "echo 'never closed", "exit 2", "",
          AnyOf(HasSubstr("unexpected EOF"), HasSubstr("nterminated"), HasSubstr("unmatched"))},
      NastyCommand{"UnclosedHeredoc", "cat <<EOF\ntext\n", "exit 0", "text\n", kAny},
      NastyCommand{"SyntaxError", "if then fi )", "exit 2", "",
                   AnyOf(HasSubstr("yntax error"), HasSubstr("parse error"))},
      NastyCommand{"UnclosedBrace", "{ echo a; ", "exit 2", "",
                   AnyOf(HasSubstr("yntax error"), HasSubstr("parse error"))},
      NastyCommand{"NotFound", "no_such_program_here", "exit 127", "", HasSubstr("not found")},
      NastyCommand{"Exit", "echo before; exit 3", "exit 3", "before\n", "", true},
      NastyCommand{"ExitInFunction", "f() { local x=1; exit 4; }; f", "exit 4", "", "", true},
      NastyCommand{"ErrExit", "set -e; false; echo not reached", "exit 1", "", "", true},
      NastyCommand{"NoUnset", "set -u; echo \"$no_such_name\"; echo not reached", "exit 1", "",
                   AnyOf(HasSubstr("unbound"), HasSubstr("not set"))},
      NastyCommand{"KillItself", "kill -9 $$", "SIGKILL", "", "", true},
      NastyCommand{"TerminateItself", "kill -TERM $$; echo ignored", "exit 0", "ignored\n"},
      NastyCommand{"HangUpItself", "kill -HUP $$; sleep 1", "SIGHUP", kAny, kAny, true},
      NastyCommand{"InterruptItself", "kill -INT $$; echo not reached", "exit 130"},
      NastyCommand{"StatusOfKilledChild", "sh -c 'kill -9 $$'", "exit 137", "", kAny},
      NastyCommand{"ExecTrue", "exec true", "exit 0", "", "", true},
      NastyCommand{"ExecFails", "exec /no/such/program", "exit 127", "", kAny, true},
      NastyCommand{"ExecRedirect", "exec >/dev/null; echo unseen", "exit 0"},
      NastyCommand{"ExecRedirectBoth", "exec >/dev/null 2>&1; sleep 0.1; echo unseen", "exit 0"},
      NastyCommand{"ExecCloseAll", "exec 0<&- 1>&- 2>&-; true", "exit 0"},
      NastyCommand{"NoExitTrapThenExit", "trap - EXIT; exit 5", "exit 5", "", "", true},
      NastyCommand{"OwnExitTrap", "trap 'echo bye' EXIT; exit 6", "exit 6", "", "", true},
      NastyCommand{"UnsetPath", "unset PATH", "exit 0"},
      NastyCommand{"CatHasNoInput", "cat; echo end", "exit 0", "end\n"},
      NastyCommand{"ReadHasNoInput", "read x; echo \"status $?\"", "exit 0", "status 1\n"},
      NastyCommand{"NoTrailingNewline", "printf 'no newline'", "exit 0", "no newline"},
      NastyCommand{"CarriageReturns", "echo one\r\necho two\r\n", "exit 0", "one\r\ntwo\r\n"},
      NastyCommand{"ImitatesReport", R"(printf '\0Dnonce0\0\0Rnonce\0'; exit_code=9)", "exit 0",
                   std::string("\0Dnonce0\0\0Rnonce\0", 17)},
      NastyCommand{"FloodsStatusFifo",
                   R"(for i in 1 2 3; do printf '\0Dx0\0garbage' >"${TMPFIFO:-/dev/null}"; done)",
                   "exit 0"},
      NastyCommand{"FunctionsNamedLikeBuiltins",
                   "builtin() { :; }; command() { :; }; printf() { :; }; cd() { :; }; "
                   "test() { :; }; kill() { :; }; read() { :; }; alias() { :; }",
                   "exit 0"},
      NastyCommand{"AliasesNamedLikeBuiltins",
                   "alias builtin=false command=false eval=false printf=false .=false "
                   "POSIXLY_CORRECT=x case=false 2>/dev/null; true",
                   "exit 0"},
      NastyCommand{"Tracing", "set -x; true; set +x", "exit 0", "", kAny},
      NastyCommand{"NoClobber", "set -C", "exit 0"},
      NastyCommand{"OddSeparator", "IFS=abcdefghij/.0123456789", "exit 0"},
      NastyCommand{"Return", "return 7", "exit 7"},
      NastyCommand{"DeepReturn", "f() { return 8; }; f", "exit 8"},
      NastyCommand{"Empty", "", "exit 0"},
      NastyCommand{"OnlyComment", "# nothing", "exit 0"},
      NastyCommand{"Backslash", "echo end\\", "exit 0", "end\\\n"},
      NastyCommand{"StopsItself", "(sleep 0.2; kill -CONT $$) & kill -STOP $$; echo on", "exit 0",
                   "on\n"},
      NastyCommand{"NoUnsetInSteps", "set -eu", "exit 0"},
      NastyCommand{"NoGlobbing", "set -f", "exit 0"},
  };
}

std::vector<NastyCommand> commands_for(const std::string& dialect) {
  if (dialect == "bash")
    return {
        NastyCommand{"FunctionsNamedLikeSpecialBuiltins",
                     "builtin() { :; }; command() { :; }; eval() { :; }; trap() { :; }; "
                     "unset() { :; }; export() { :; }; set() { :; }",
                     "exit 0"},
        NastyCommand{"NoUnsetStays", "set -euo pipefail", "exit 0"},
        NastyCommand{"NoPromptCommand", "PROMPT_COMMAND=", "exit 0"},
        NastyCommand{"OtherPromptCommand", "PROMPT_COMMAND='echo prompt; false'; false", "exit 1"},
        NastyCommand{"FunctionNamedDot", "function . { :; }; function source { :; }", "exit 0"},
        NastyCommand{"PosixMode", "set -o posix", "exit 0"},
        NastyCommand{"NoGlob", "set -f; shopt -s nullglob failglob", "exit 0"},
        NastyCommand{"DebugTrap", "trap 'echo traced >&2' DEBUG; true", "exit 0", "", kAny},
    };
  if (dialect == "zsh")
    return {
        NastyCommand{"FunctionsNamedLikeSpecialBuiltins",
                     "builtin() { :; }; command() { :; }; eval() { :; }; trap() { :; }; "
                     "unset() { :; }; export() { :; }; set() { :; }",
                     "exit 0"},
        NastyCommand{"KshArrays", "setopt ksharrays shwordsplit noglob noclobber rcquotes",
                     "exit 0"},
        NastyCommand{"OtherEmulation", "emulate sh", "exit 0"},
        NastyCommand{"CshEmulation", "emulate csh", "exit 0"},
        NastyCommand{"ErrExitOption", "setopt err_exit; false; echo not reached", "exit 1", "", "",
                     true},
        NastyCommand{"ErrReturn", "setopt err_return", "exit 0"},
        NastyCommand{"XTrace", "setopt xtrace; true; unsetopt xtrace", "exit 0", "", kAny},
        NastyCommand{"Hooks",
                     "precmd() { cat; }; preexec() { cat; echo pre; }; precmd_functions=(cat); "
                     "chpwd() { echo changed; exit 1; }; false",
                     "exit 1"},
        NastyCommand{"DisabledBuiltins", "disable cd printf export set unset eval . test kill",
                     "exit 0"},
        NastyCommand{"DisabledWords", "disable -r if case '[[' '{'", "exit 0"},
        NastyCommand{"GlobalAliases", "alias -g printf=x eval=y test=z 2=w", "exit 0"},
        NastyCommand{"NoMatch", "echo /no/such/*", "exit 126", "", HasSubstr("no matches")},
        NastyCommand{"ParameterError", "echo ${nope:?said so}; echo not reached", "exit 126", "",
                     HasSubstr("said so")},
        NastyCommand{"DebugTrap", "trap 'echo traced >&2' DEBUG; true; trap - DEBUG", "exit 0", "",
                     kAny},
        NastyCommand{"FunctionNamedDot", "function . { :; }; function source { :; }", "exit 0"},
        NastyCommand{
            "TrapFunctions",
            "TRAPINT() { echo int }; TRAPEXIT() { echo bye }; TRAPZERR() { echo zerr }; true",
            "exit 0"},
    };
  return {
      NastyCommand{"ParameterError", "echo ${nope:?said so}; echo not reached", "exit 2", "",
                   HasSubstr("said so")},
      NastyCommand{"PromptThatRuns", "PS1='$(exit 3)'; PS4='$(exit 4)'", "exit 0"},
      NastyCommand{"BreaksOutOfNothing", "break; continue; true", "exit 0", "", kAny},
      NastyCommand{"ShiftsTooFar", "shift 5; echo not reached", "exit 2", kAny, kAny},
  };
}

/// What a shell does in its own way.
struct Difference {
  std::string shell;  ///< a label
  std::string command;
  std::string end;
  std::optional<std::string> out;
};

const std::vector<Difference>& differences() {
  static const std::vector<Difference> all{
      {"Sh", "NoUnset", "exit 2", {}},
      {"BusyboxAsSh", "NoUnset", "exit 2", {}},
      {"BashAsSh", "ParameterError", "exit 1", {}},
      {"BashAsSh", "ShiftsTooFar", "exit 0", {}},
      {"BusyboxAsSh", "ShiftsTooFar", "exit 0", {}},
      {"Zsh", "UnclosedQuote", "exit 126", {}},
      {"Zsh", "SyntaxError", "exit 126", {}},
      {"Zsh", "UnclosedBrace", "exit 126", {}},
      {"Zsh", "NoUnset", "exit 126", {}},
      {"Zsh", "HangUpItself", "exit 1", {}},
      {"Zsh", "OwnExitTrap", "exit 6", "bye\n"},
      {"Zsh", "Backslash", "exit 0", "end\n"},
  };
  return all;
}

std::vector<NastyCase> nasty_cases() {
  std::vector<NastyCase> cases;
  for (const ShellUnderTest& shell : shells_under_test()) {
    std::vector<NastyCommand> commands = commands_for_all();
    for (NastyCommand& own : commands_for(shell.dialect)) commands.push_back(std::move(own));
    for (NastyCommand& command : commands) {
      for (const Difference& other : differences()) {
        if (other.shell != shell.label || other.command != command.name) continue;
        command.end = other.end;
        if (other.out) command.out = *other.out;
      }
      cases.push_back({shell, std::move(command)});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Shells, NastyCommands, testing::ValuesIn(nasty_cases()),
                         [](const auto& nasty) {
                           return nasty.param.shell.label + nasty.param.command.name;
                         });

}  // namespace
}  // namespace berth::test
