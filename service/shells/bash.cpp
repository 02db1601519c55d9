#include "service/shells/bash.h"

#include <fmt/format.h>

#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

// A user's functions `builtin` and `command` would stand between these lines and the shell. In
// POSIX mode the special builtins (eval, unset, `.`) are found before functions, and the mode can
// be had by an assignment, which nothing can redefine. A backslash keeps aliases out; reserved
// words, which can be aliased but not escaped, are not used at all. A prompt is never shown, so
// PROMPT_COMMAND has no place; it could swallow the next line.
constexpr std::string_view kClearWay =
    R"(POSIXLY_CORRECT= \eval '\unset -f builtin command; \unset POSIXLY_CORRECT PROMPT_COMMAND')";

/// Prints one report record per name and value (see report.h).
std::string print_done(std::string_view kind) {
  return fmt::format(
      R"(\builtin printf '\0P%s%s\0O%s%s\0{}%s%s\0' "$2" "${{PWD-}}" "$2" "${{OLDPWD-}}" "$2" "$1")",
      kind);
}

std::string print_started(const ShellFiles& files, const std::string& nonce) {
  return fmt::format(R"(\builtin printf '\0S{}\0' >|{})", nonce, quote_posix(files.status));
}

}  // namespace

std::vector<std::string> Bash::arguments(const ShellFiles& /*files*/) const {
  // Without history from the start: the user's, which may be long, is not even read.
  return {"--norc", "--noprofile", "--noediting", "-i", "+o", "history"};
}

std::string Bash::reporter_script(const ShellFiles& files) const {
  // $1 status, $2 nonce, and for a command with its own directory: $3 where to go back to, $4 what
  // `cd -` meant there.
  return fmt::format(
      R"(\unset -f builtin command
\unset POSIXLY_CORRECT PROMPT_COMMAND
\builtin test $# -lt 4 || \builtin eval '\builtin cd -- "$3"; OLDPWD=$4'
{} >|{}
)",
      print_done("D"), quote_posix(files.status));
}

std::string Bash::saver_script(const ShellFiles& files) const {
  // What may end a shell in the middle (set -e, set -u) must not end this. Such options are not
  // saved either: a shell that `set -e` has ended would come back only to end again.
  return fmt::format(
      R"(\unset -f builtin command
\unset POSIXLY_CORRECT
\builtin set +eux
\builtin eval '\builtin declare -p; \builtin declare -f; \builtin declare -F; \builtin alias -p
\builtin shopt -p; \builtin umask -p' >|{} 2>/dev/null
{} >|{}
)",
      quote_posix(files.state), print_done("X"), quote_posix(files.status));
}

std::string Bash::greeting_lines(const ShellFiles& files, const std::string& nonce, bool restore,
                                 const std::vector<std::string>& forget) const {
  std::string lines;
  if (restore) {
    lines += fmt::format("\\builtin . {}\n", quote_posix(files.state));
    lines += fmt::format("{}\n", kClearWay);
    // Its directory may be gone: then it was started elsewhere, whatever the state says.
    lines += "\\builtin test . -ef \"${PWD-}\" || \\builtin cd -P -- .\n";
    for (const std::string& name : forget) lines += fmt::format("\\builtin unset -v {}\n", name);
  }
  lines += fmt::format("{}; \\builtin set +o history; \\builtin unset HISTFILE TMOUT MAILCHECK\n",
                       kClearWay);
  // A script that is told to stop must not go on to its next line when the process it waits for has
  // ended, whatever that made of the signal. A trap runs between the two, and only there.
  const std::string unwind =
      fmt::format(R"(\builtin printf '\0I{}%s\0' "$?" >|{}; )", nonce, quote_posix(files.status));
  const std::string leave = R"(\builtin kill -INT $$)";
  lines += fmt::format("\\builtin trap -- {} {}\n", quote_posix(unwind + leave), kUnwindSignal);
  lines += fmt::format("\\builtin trap -- {} {}\n",
                       quote_posix(unwind + R"(\builtin trap - INT; )" + leave), kUnwindHardSignal);
  const std::string on_exit =
      fmt::format(R"(POSIXLY_CORRECT= \. {} "$?" {})", quote_posix(files.saver), nonce);
  lines += fmt::format("\\builtin trap -- {} EXIT\n", quote_posix(on_exit));
  lines += fmt::format(
      R"(\builtin printf '\0V{0}%s\0P{0}%s\0O{0}%s\0R{0}\0' "$BASH_VERSION" "${{PWD-}}" "${{OLDPWD-}}" >|{1})",
      nonce, quote_posix(files.status));
  return lines + "\n";
}

CommandLines Bash::command_lines(const ShellFiles& files, const CommandPlan& plan,
                                 const Directories& home) const {
  // Started is told after stdin is open (its feeder may close it from then on) and before stdout
  // and stderr are, so that `set -x` does not show these words to the user.
  std::string inner = print_started(files, plan.nonce) + "; ";
  if (plan.alone) inner += "(";
  for (const std::string& entry : plan.env) inner += quote_assignment(entry) + " ";
  inner +=
      fmt::format(R"(\command . {}{} >|{} 2>|{})", quote_posix(plan.script), plan.alone ? ")" : "",
                  quote_posix(plan.stdout_path), quote_posix(plan.stderr_path));

  std::string lines = fmt::format("{}; ", kClearWay);
  if (!plan.cwd.empty()) lines += fmt::format("\\builtin cd -- {} && ", quote_posix(plan.cwd));
  lines += fmt::format("\\builtin eval {} <{}\n", quote_posix(inner), quote_posix(plan.stdin_path));
  return {lines + report_lines(files, plan.nonce, home), {}};
}

std::string Bash::prepare_lines(const ShellFiles& files, const std::string& nonce,
                                const std::string& cwd) const {
  std::string lines = fmt::format("{}; ", kClearWay);
  if (!cwd.empty()) {
    lines +=
        fmt::format("\\builtin cd -P -- {} && \\builtin unset -v OLDPWD && ", quote_posix(cwd));
  }
  lines += print_started(files, nonce) + "\n";
  return lines + report_lines(files, nonce, {});
}

std::string Bash::report_lines(const ShellFiles& files, const std::string& nonce,
                               const Directories& home) const {
  std::string line =
      fmt::format(R"(POSIXLY_CORRECT= \. {} "$?" {})", quote_posix(files.reporter), nonce);
  if (!home.current.empty()) {
    line += fmt::format(" {} {}", quote_posix(home.current), quote_posix(home.previous));
  }
  return line + "\n";
}

}  // namespace berth::shells
