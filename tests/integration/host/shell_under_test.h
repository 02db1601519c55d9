#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace berth::test {

/// A shell that the host's tests run with, and in what it is known to differ from bash.
struct ShellUnderTest {
  std::string label;    ///< names the instance of a test: `Bash`
  std::string dialect;  ///< `bash`, `sh`, `zsh`
  /// What is started. For a shell that acts as sh under that name only, `dialect` is what a link to
  /// this is called.
  std::string program;
  bool linked = false;
  bool keeps_functions = true;  ///< over the end of its process; options too
  std::string reach_builtin =
      "\\builtin";  ///< what stands before a builtin, whatever was redefined
  bool tells_version = true;
  std::string deafening;  ///< a command after which the shell reads its lines and does not answer
};

/// Those that this machine has: bash and sh always, others if they are installed.
const std::vector<ShellUnderTest>& shells_under_test();

void PrintTo(const ShellUnderTest& shell, std::ostream* out);

/// The name of a test's instance for a shell.
struct ShellLabel {
  template <typename Info>
  std::string operator()(const Info& info) const {
    return info.param.label;
  }
};

}  // namespace berth::test
