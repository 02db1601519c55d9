#include "tests/integration/host/shell_under_test.h"

#include <unistd.h>

#include <ostream>

namespace berth::test {
namespace {

std::vector<ShellUnderTest> find_shells() {
  const std::vector<ShellUnderTest> known{
      {.label = "Bash", .dialect = "bash", .program = "/bin/bash"},
      {.label = "Sh",
       .dialect = "sh",
       .program = "/bin/sh",
       .keeps_functions = false,
       .reach_builtin = "\\command"},
      {.label = "BashAsSh",
       .dialect = "sh",
       .program = "/bin/bash",
       .linked = true,
       .keeps_functions = false,
       .reach_builtin = "\\command"},
      {.label = "BusyboxAsSh",
       .dialect = "sh",
       .program = "/bin/busybox",
       .linked = true,
       .keeps_functions = false,
       .reach_builtin = "\\command"},
      {.label = "Zsh", .dialect = "zsh", .program = "/bin/zsh", .broken_script_status = 126},
  };
  std::vector<ShellUnderTest> found;
  for (const ShellUnderTest& shell : known) {
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
