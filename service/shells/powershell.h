#pragma once

#include "service/shells/dialect.h"

namespace berth::shells {

/// PowerShell: `powershell` is Windows PowerShell 5.1, `pwsh` is 7 or newer. Started with -NoLogo
/// -NoProfile -NonInteractive (never a login flag, which it refuses), it runs a loop that takes one
/// JSON object a line and answers with one on its status channel. Lines come on a channel of their
/// own: programs that a command starts would read stdin too.
///
/// A command is dot-sourced from its file, as a script block, so that no execution policy stands in
/// its way and what can't be parsed is an error like any other. Objects are formatted as plain
/// text, wide; errors go to stderr, warnings and Write-Host to stdout, as PowerShell does. Its exit
/// status is 0 if `$?` is true at its end, else $LASTEXITCODE if a program has set that, else 1.
///
/// What it can't do: variables are lost over `exit`; a program's output is decoded as UTF-8 and
/// written again line by line, so binary output needs a redirection in the command; text given for
/// stdin is the command's `$input`, read to its end before the command begins.
class PowerShell final : public Dialect {
 public:
  explicit PowerShell(std::string_view name) : name_(name) {}

  std::string_view name() const override { return name_; }
  std::vector<std::string> arguments(const ShellFiles& files) const override;
  bool reads_stdin() const override { return false; }
  std::unique_ptr<ReportReader> report_reader() const override;
  std::string_view kept_over_exit() const override { return "variables are lost"; }
  /// The loop.
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

 private:
  std::string_view name_;
};

}  // namespace berth::shells
