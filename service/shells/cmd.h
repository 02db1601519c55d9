#pragma once

#include "service/shells/dialect.h"

namespace berth::shells {

/// cmd.exe, started as `/q /d /k`: no echo, no AutoRun, and it stays after a command. It takes one
/// line at a time on stdin.
///
/// A command is a batch file of its own, called with its own stdin, stdout and stderr: batch rules
/// apply (`%%i` in a `for`), and an unclosed quote or parenthesis ends with the file. What cmd
/// can't do: a state is not kept over `exit` (`exit /b` ends only the command); a value can't have
/// more than one line (its line breaks become spaces); a command's own variables get their old
/// values back after it unless these hold quotes; a command that sets a variable named ERRORLEVEL
/// hides its exit status. cmd handles no signals of the kind unwinding needs: its command is
/// stopped by its processes.
///
/// Its reports are lines: a kind as in RecordReader, the nonce, a value; but for `P`, whose value
/// (the directory) is on the next line, because only the command `cd` prints it as it is. Lines end
/// in CR LF.
class Cmd final : public Dialect {
 public:
  std::string_view name() const override { return "cmd"; }
  std::vector<std::string> arguments(const ShellFiles& files) const override;
  std::string_view script_suffix() const override { return ".cmd"; }
  std::unique_ptr<ReportReader> report_reader() const override;
  std::string_view kept_over_exit() const override { return "variables are lost"; }
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
