#include "tests/integration/host/shell_under_test.h"

#include <unistd.h>

#include <ostream>

namespace berth::test {
namespace {

std::vector<ShellUnderTest> find_shells() {
  const ShellUnderTest bash{.label = "Bash",
                            .dialect = "bash",
                            .program = "/bin/bash",
                            .deafening = "readonly PROMPT_COMMAND='cat >/dev/null'"};
  const ShellUnderTest sh{.label = "Sh",
                          .dialect = "sh",
                          .program = "/bin/sh",
                          .keeps_functions = false,
                          .reach_builtin = "\\command",
                          .tells_version = false,
                          .deafening = "PS1='$(cat >/dev/null)'"};
  ShellUnderTest bash_as_sh = sh;
  bash_as_sh.label = "BashAsSh";
  bash_as_sh.program = bash.program;
  bash_as_sh.linked = true;
  bash_as_sh.deafening = bash.deafening;
  ShellUnderTest busybox = sh;
  busybox.label = "BusyboxAsSh";
  busybox.program = "/bin/busybox";
  busybox.linked = true;
  const ShellUnderTest zsh{.label = "Zsh",
                           .dialect = "zsh",
                           .program = "/bin/zsh",
                           .deafening = "precmd() { cat >/dev/null }; kill -INT $$"};
  std::vector<ShellUnderTest> found;
  for (const ShellUnderTest& shell : {bash, sh, bash_as_sh, busybox, zsh}) {
    if (access(shell.program.c_str(), X_OK) == 0) found.push_back(shell);
  }
  return found;
}

}  // namespace

const std::vector<ShellUnderTest>& shells_under_test() {
  static const std::vector<ShellUnderTest> found = find_shells();
  return found;
}

void PrintTo(const ShellUnderTest& shell, std::ostream* out) {
  *out << shell.label;
}

}  // namespace berth::test
