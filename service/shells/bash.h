#pragma once

#include "service/shells/dialect.h"

namespace berth::shells {

/// GNU bash 4.4 or newer, interactive but without a terminal, rc files or line editing:
/// interactive, because then an interrupt or an error takes it back to its next line instead of
/// ending it.
///
/// A command takes two lines. The first sources the command's text with its own stdin, stdout and
/// stderr, so that unclosed quotes and redirections stay contained; the second reports status and
/// directory. Two, because bash drops the rest of a line when it is interrupted, but reads the
/// next.
class Bash final : public Dialect {
 public:
  std::string_view name() const override { return "bash"; }
  std::vector<std::string> arguments(const ShellFiles& files) const override;
  std::string_view kept_over_exit() const override {
    return "variables, functions and aliases were kept";
  }
  std::string reporter_script(const ShellFiles& files) const override;
  std::string saver_script(const ShellFiles& files) const override;
  std::string greeting_lines(const ShellFiles& files, const std::string& nonce, bool restore,
                             const std::vector<std::string>& forget) const override;
  CommandLines command_lines(const ShellFiles& files, const CommandPlan& plan,
                             const Directories& home) const override;
  std::string prepare_lines(const ShellFiles& files, const std::string& nonce,
                            const std::string& cwd) const override;
  std::string report_lines(const ShellFiles& files, const std::string& nonce,
                           const Directories& home) const override;
};

}  // namespace berth::shells
