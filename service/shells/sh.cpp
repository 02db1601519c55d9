#include "service/shells/sh.h"

#include <fmt/format.h>

#include <utility>

#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

// Special builtins (eval, unset, `.`, trap) can't be redefined in a POSIX shell; the others are
// reached by `command`, which can. A backslash keeps aliases out; reserved words, which can be
// aliased but not escaped, are not used.
constexpr std::string_view kClearWay = R"(\unset -f command)";

/// Prints `operands`, and last `status`: that holds `$?`, which must be expanded before anything
/// else is run, hence the eval.
std::string print_with_status(const ShellFiles& files, std::string_view status,
                              std::string_view before, std::string_view format,
                              std::string_view operands, std::string_view after = {}) {
  const std::string first =
      fmt::format("{}; {}\\command printf {} {}", kClearWay, before, quote_posix(format), operands);
  const std::string last = fmt::format(">|{}{}", quote_posix(files.status), after);
  return fmt::format(R"(\eval {} "{}" {})", quote_posix(first), status, quote_posix(last));
}

std::string print_started(const ShellFiles& files, const std::string& nonce) {
  return fmt::format(R"(\command printf '\0S{}\0' >|{})", nonce, quote_posix(files.status));
}

}  // namespace

std::vector<std::string> Sh::arguments(const ShellFiles& /*files*/) const {
  return {"-i"};
}

std::string Sh::reporter_script(const ShellFiles& /*files*/) const {
  return {};
}

std::string Sh::saver_script(const ShellFiles& files) const {
  // $1 status, $2 nonce. The shell is about to end: it may change what it likes, aliases first of
  // all, so that the words used here mean what they say.
  //
  // The listings can't be read back in parts: a value may have several lines. But what stands
  // before the `=` of any line is a name or not, and a name is all it takes to write the variable
  // down again. The names left out are the shell's own.
  const std::string save = fmt::format(
      R"(\set +eux
\unset -f command
\command alias >|{0}.aliases
\command unalias while for do done case in esac continue break eval set export readonly command {{ }} 2>/dev/null
set >|{0}.variables
export -p >|{0}.exported
readonly -p >|{0}.readonly
{{
  command printf 'umask '; command umask
  while IFS= command read -r berth_line; do
    berth_name=${{berth_line%%=*}}
    case $berth_name in
      '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
      _ | LINENO | OPTIND | PPID | PWD | UID | EUID | SHELLOPTS | BASH* | berth_* | _berth_*) continue ;;
    esac
    eval "berth_rest=\${{$berth_name-}} berth_set=\${{$berth_name+set}}"
    case $berth_set in '') continue ;; esac
    berth_text=
    while :; do
      case $berth_rest in
        *\'*) berth_text=$berth_text${{berth_rest%%\'*}}"'\\''" berth_rest=${{berth_rest#*\'}} ;;
        *) break ;;
      esac
    done
    command printf "%s='%s%s'\n" "$berth_name" "$berth_text" "$berth_rest"
  done <{0}.variables
  for berth_list in exported readonly; do
    while IFS= command read -r berth_line; do
      case $berth_line in "export "* | "readonly "*) ;; *) continue ;; esac
      berth_name=${{berth_line#* }}
      berth_name=${{berth_name%%=*}}
      case $berth_name in
        '' | [0-9]* | *[!A-Za-z0-9_]* | UID | EUID | PPID | SHELLOPTS | BASH*) continue ;;
      esac
      command printf '%s %s\n' "${{berth_line%% *}}" "$berth_name"
    done <{0}.$berth_list
  done
  while IFS= command read -r berth_line; do
    berth_name=${{berth_line%%=*}}
    command alias "$berth_name" >/dev/null 2>&1 || continue
    command printf '%s ' '\command alias'
    command alias "$berth_name"
  done <{0}.aliases
}} >|{0} 2>/dev/null
)",
      quote_posix(files.state));
  return save + fmt::format(R"(command printf '\0P%s%s\0O%s%s\0X%s%s\0' )"
                            R"("$2" "${{PWD-}}" "$2" "${{OLDPWD-}}" "$2" "$1" >|{})"
                            "\n",
                            quote_posix(files.status));
}

std::string Sh::greeting_lines(const ShellFiles& files, const std::string& nonce, bool restore,
                               const std::vector<std::string>& forget) const {
  std::string lines;
  if (restore) {
    lines += fmt::format("\\command . {}; {}\n", quote_posix(files.state), kClearWay);
    for (const std::string& name : forget) lines += fmt::format("\\command unset -v {}\n", name);
  }
  lines += fmt::format("{}; \\unset -v HISTFILE TMOUT MAIL MAILPATH MAILCHECK\n", kClearWay);
  // A script that is told to stop must not go on to its next line when the process it waits for has
  // ended, whatever that made of the signal. A trap runs between the two, and only there.
  const auto trap = [&](std::string_view signal, std::string_view before_leaving) {
    const std::string leave =
        fmt::format("; _berth_unwound=130; {}\\command kill -INT $$", before_leaving);
    const std::string action =
        print_with_status(files, "$?", "", fmt::format(R"(\0I{}%s\0)", nonce), "", leave);
    lines += fmt::format("\\trap -- {} {}\n", quote_posix(action), signal);
  };
  trap(kUnwindSignal, "");
  trap(kUnwindHardSignal, "\\trap - INT; ");
  const std::string on_exit =
      fmt::format(R"(\set -- "$?" {}; \. {})", nonce, quote_posix(files.saver));
  lines += fmt::format("\\trap -- {} EXIT\n", quote_posix(on_exit));
  lines += fmt::format(
      R"(\command printf '\0V{0}%s\0P{0}%s\0O{0}%s\0R{0}\0' "${{BASH_VERSION-}}" "${{PWD-}}" "${{OLDPWD-}}" >|{1})",
      nonce, quote_posix(files.status));
  return lines + "\n";
}

CommandLines Sh::command_lines(const ShellFiles& files, const CommandPlan& plan,
                               const Directories& home) const {
  // Started is told after stdin is open (its feeder may close it from then on) and before stdout
  // and stderr are, so that `set -x` does not show these words to the user.
  //
  // An assignment to a read-only variable would end the command before it begins. Whether a
  // variable is read-only shows when it is given the value it has.
  std::string inner = print_started(files, plan.nonce) + "; _berth_env=; ";
  for (const std::string& entry : plan.env) {
    inner += fmt::format(R"(\command eval "${{{0}+{0}=\${0}}}" && _berth_env="$_berth_env "{1}; )",
                         entry.substr(0, entry.find('=')), quote_posix(quote_assignment(entry)));
  }
  const std::string outputs =
      fmt::format(">|{} 2>|{}", quote_posix(plan.stdout_path), quote_posix(plan.stderr_path));
  const std::string source = fmt::format(R"(\command . {})", quote_posix(plan.script));
  if (plan.alone) {
    inner += fmt::format(R"((\command eval "$_berth_env" {}) {})", quote_posix(source), outputs);
  } else {
    inner += fmt::format(R"(\command eval "$_berth_env" {})", quote_posix(source + " " + outputs));
  }

  std::string lines = fmt::format("{}; \\unset -v _berth_status _berth_unwound; ", kClearWay);
  if (!plan.cwd.empty()) lines += fmt::format("\\command cd -- {} && ", quote_posix(plan.cwd));
  lines += fmt::format("\\command eval {} <{}; _berth_status=$?\n", quote_posix(inner),
                       quote_posix(plan.stdin_path));
  return {std::move(lines), report_lines(files, plan.nonce, home)};
}

std::string Sh::prepare_lines(const ShellFiles& files, const std::string& nonce,
                              const std::string& cwd) const {
  std::string lines = fmt::format("{}; ", kClearWay);
  if (!cwd.empty()) {
    lines +=
        fmt::format("\\command cd -P -- {} && \\command unset -v OLDPWD && ", quote_posix(cwd));
  }
  lines += print_started(files, nonce) + "\n";
  return lines + report_lines(files, nonce, {});
}

std::string Sh::report_lines(const ShellFiles& files, const std::string& nonce,
                             const Directories& home) const {
  std::string go_back;
  if (!home.current.empty()) {
    go_back = fmt::format("\\command cd -- {} || \\:; OLDPWD={}; ", quote_posix(home.current),
                          quote_posix(home.previous));
  }
  // A command that an interrupt has ended has not come to say its status, and not every shell makes
  // 130 of it if the interrupt came from a trap.
  return print_with_status(files, "${_berth_status-${_berth_unwound-$?}}", go_back,
                           fmt::format(R"(\0P{0}%s\0O{0}%s\0D{0}%s\0)", nonce),
                           R"("${PWD-}" "${OLDPWD-}")") +
         "\n";
}

}  // namespace berth::shells
