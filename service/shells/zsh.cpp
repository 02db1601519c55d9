#include "service/shells/zsh.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

// A user's function `builtin` would stand between these lines and the shell, and nothing that could
// take it away is safe from being redefined too. But an assignment is: it puts a disabled function
// in the place of a real one. A backslash keeps aliases out; reserved words, which can be aliased
// and disabled, are not used.
constexpr std::string_view kClearWay = R"(dis_functions[builtin]=:)";
// What these lines need besides, should it have been disabled.
constexpr std::string_view kEnable =
    R"(\builtin \enable \. \: \cd \eval \export \kill \print \printf \test \typeset \unset)";
// A prompt is never shown, so its hooks have no place; they could swallow the next line.
constexpr std::string_view kClearHooks =
    R"(dis_functions[precmd]=: dis_functions[preexec]=: dis_functions[periodic]=: )"
    R"(precmd_functions=() preexec_functions=() periodic_functions=())";

/// What undoes a command's own variables, once.
std::string undo_file(const ShellFiles& files) {
  return quote_posix(files.state + ".undo");
}

/// `kind` D or X.
std::string print_end(const ShellFiles& files, std::string_view kind) {
  return fmt::format(
      R"(\builtin \printf '\0P%s%s\0O%s%s\0{}%s%s\0' "$2" "${{PWD-}}" "$2" "${{OLDPWD-}}" "$2" "$1" >|{})",
      kind, quote_posix(files.status));
}

std::string print_started(const ShellFiles& files, const std::string& nonce) {
  return fmt::format(R"(\builtin \printf '\0S{}\0' >|{})", nonce, quote_posix(files.status));
}

std::string undo_own_variables(const ShellFiles& files) {
  return fmt::format("\\builtin \\test ! -s {0} || \\builtin \\. {0} || \\builtin \\:\n",
                     undo_file(files));
}

/// zsh takes an assignment to one of these for a wish to become someone else.
bool names_identity(std::string_view entry) {
  constexpr std::array<std::string_view, 5> kNames{"UID", "EUID", "GID", "EGID", "USERNAME"};
  return std::ranges::find(kNames, entry.substr(0, entry.find('='))) != kNames.end();
}

/// Exports a variable that is not read-only, after writing down what it was.
std::string set_for_command(const ShellFiles& files, std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('='));
  const std::string set = fmt::format(
      R"(\builtin \print -r -- '\builtin \unset {0}' >>|{1}; \builtin \typeset -p {0} >>|{1} 2>/dev/null || \builtin \:; \builtin \export {2})",
      name, undo_file(files), quote_assignment(entry));
  return fmt::format(
      R"(\builtin \test -n "${{(M)${{(t){}-}}:#*readonly*}}" || \builtin \eval {}; )", name,
      quote_posix(set));
}

}  // namespace

std::vector<std::string> Zsh::arguments(const ShellFiles& /*files*/) const {
  // On a terminal its line editor would take the lines from there, not from stdin, and a terminal
  // it knows nothing of (TERM=dumb) would be shown marks of lines before the greeting is read.
  return {"-f", "+m", "+Z", "+o", "promptsp", "+o", "promptcr", "-i"};
}

std::string Zsh::reporter_script(const ShellFiles& files) const {
  // $1 status, $2 nonce, and for a command with its own directory: $3 where to go back to, $4 what
  // `cd -` meant there.
  return undo_own_variables(files) + fmt::format(R"(\builtin \: >|{}
\builtin \test $# -lt 4 || \builtin \eval '\builtin \cd -q -- "$3"; OLDPWD=$4' || \builtin \:
{}
)",
                                                 undo_file(files), print_end(files, "D"));
}

std::string Zsh::saver_script(const ShellFiles& files) const {
  // Options that end a shell in the middle must not end this. They are not saved either: a shell
  // that `set -e` has ended would come back only to end again. Neither are those that are fixed
  // when a shell starts, nor the parameters that are the shell's own.
  return undo_own_variables(files) +
         fmt::format(R"(_berth_on=(${{(k)options[(R)on]}}) _berth_off=(${{(k)options[(R)off]}})
\builtin \emulate -R zsh
\builtin \setopt extendedglob nullglob
\builtin \alias -L >|{0}.aliases
\builtin \unalias -m '*'
_berth_fixed='errexit|errreturn|unset|xtrace|verbose|exec|interactive|login|monitor|zle|shinstdin'
_berth_fixed=$_berth_fixed'|privileged|restricted|singlecommand|rcs|globalrcs|aliases'
\builtin \print -r -- '\builtin \setopt' ${{_berth_on:#(${{~_berth_fixed}})}} >|{0}.options
\builtin \print -r -- '\builtin \unsetopt' ${{_berth_off:#(${{~_berth_fixed}})}} >>|{0}.options
\builtin \typeset -f >|{0}.functions 2>/dev/null
_berth_names=(${{(k)parameters[(R)^*special*]}} ${{(k)parameters[(R)*export*special*]}})
_berth_names+=(IFS CDPATH FPATH NULLCMD READNULLCMD)
_berth_names=(${{_berth_names:#(_*|PWD|SHLVL|UID|EUID|GID|EGID|USERNAME|*_functions)}})
\builtin \typeset -p -- $_berth_names >|{0} 2>/dev/null
\builtin \print -rn -- '\builtin \umask ' >>|{0}
\builtin \umask >>|{0}
)",
                     quote_posix(files.state)) +
         print_end(files, "X") + "\n";
}

std::string Zsh::greeting_lines(const ShellFiles& files, const std::string& nonce, bool restore,
                                const std::vector<std::string>& forget) const {
  std::string lines = fmt::format("\\builtin \\: >|{}\n", undo_file(files));
  if (restore) {
    // In this order, and without aliases, so that nothing restored changes how the rest is read.
    lines += "\\builtin \\unsetopt aliases\n";
    for (const char* const part : {"", ".aliases", ".functions"}) {
      lines += fmt::format("\\builtin \\. {}\n", quote_posix(files.state + part));
    }
    lines +=
        fmt::format("{}; \\builtin \\. {}\n", kClearWay, quote_posix(files.state + ".options"));
    for (const std::string& name : forget) lines += fmt::format("\\builtin \\unset {}\n", name);
  }
  lines += fmt::format(
      "{} {}; \\builtin \\unset HISTFILE TMOUT; MAILCHECK=0 PS1= PS2= RPS1=; \\builtin \\unsetopt "
      "bang_hist "
      "prompt_cr prompt_sp prompt_subst check_jobs hup beep\n",
      kClearWay, kClearHooks);
  // A script that is told to stop must not go on to its next line when the process it waits for has
  // ended, whatever that made of the signal. A trap runs between the two, and only there.
  const auto trap = [&](std::string_view signal, std::string_view before_leaving) {
    const std::string action = fmt::format(
        R"(_berth_unwound=$? {}; {}; \builtin \printf '\0I{}%s\0' "$_berth_unwound" >|{}; )"
        R"(_berth_unwound=130; {}\builtin \kill -INT $$)",
        kClearWay, kEnable, nonce, quote_posix(files.status), before_leaving);
    lines += fmt::format("\\builtin \\trap -- {} {}\n", quote_posix(action), signal);
  };
  trap(kUnwindSignal, "");
  trap(kUnwindHardSignal, "\\builtin \\trap - INT; ");
  const std::string on_exit = fmt::format(
      R"(_berth_status=$? {}; \builtin \enable -m '*'; \builtin \. {} "$_berth_status" {})",
      kClearWay, quote_posix(files.saver), nonce);
  lines += fmt::format("\\builtin \\trap -- {} EXIT\n", quote_posix(on_exit));
  lines += "\\builtin \\setopt aliases\n";
  lines += fmt::format(
      R"(\builtin \printf '\0V{0}%s\0P{0}%s\0O{0}%s\0R{0}\0' "$ZSH_VERSION" "${{PWD-}}" "${{OLDPWD-}}" >|{1})",
      nonce, quote_posix(files.status));
  return lines + "\n";
}

CommandLines Zsh::command_lines(const ShellFiles& files, const CommandPlan& plan,
                                const Directories& home) const {
  // Started is told after stdin is open (its feeder may close it from then on) and before stdout
  // and stderr are, so that `set -x` does not show these words to the user.
  std::string inner;
  for (const std::string& entry : plan.env) {
    if (!names_identity(entry)) inner += set_for_command(files, entry);
  }
  inner += fmt::format(R"({}; {}\builtin \. {}{} >|{} 2>|{})", print_started(files, plan.nonce),
                       plan.alone ? "(" : "", quote_posix(plan.script), plan.alone ? ")" : "",
                       quote_posix(plan.stdout_path), quote_posix(plan.stderr_path));

  std::string lines =
      fmt::format(R"({}; {}; \builtin \unset _berth_status _berth_unwound; )", kClearWay, kEnable);
  if (!plan.cwd.empty()) lines += fmt::format("\\builtin \\cd -q -- {} && ", quote_posix(plan.cwd));
  lines += fmt::format("\\builtin \\eval {} <{}; _berth_status=$? {} {}\n", quote_posix(inner),
                       quote_posix(plan.stdin_path), kClearWay, kClearHooks);
  return {lines + report_lines(files, plan.nonce, home), {}};
}

std::string Zsh::prepare_lines(const ShellFiles& files, const std::string& nonce,
                               const std::string& cwd) const {
  std::string lines = fmt::format("{}; {}; ", kClearWay, kEnable);
  if (!cwd.empty()) {
    // Twice: a zsh that starts somewhere takes that for its last directory too.
    const std::string change = fmt::format("\\builtin \\cd -qP -- {} && ", quote_posix(cwd));
    lines += change + change;
  }
  lines += print_started(files, nonce) + "\n";
  return lines + report_lines(files, nonce, {});
}

std::string Zsh::report_lines(const ShellFiles& files, const std::string& nonce,
                              const Directories& home) const {
  // A command that an interrupt has ended has not come to say its status, and zsh says 1 for it if
  // the interrupt came from a trap.
  std::string line = fmt::format(
      R"(_berth_status=${{_berth_status-${{_berth_unwound-$?}}}} {}; {}; \builtin \. {} "$_berth_status" {})",
      kClearWay, kEnable, quote_posix(files.reporter), nonce);
  if (!home.current.empty()) {
    line += fmt::format(" {} {}", quote_posix(home.current), quote_posix(home.previous));
  }
  return line + "\n";
}

}  // namespace berth::shells
