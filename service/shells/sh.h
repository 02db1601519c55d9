#pragma once

#include "service/shells/dialect.h"

namespace berth::shells {

/// A POSIX shell of whatever make: dash, busybox, or bash by the name of sh. Interactive, for the
/// same reason as bash, but without the file that ENV names.
///
/// What it can't do as bash does: it has no way to list functions, so they are lost when a command
/// ends the shell, as are shell options (`set -f`). It does not tell its version. It has no
/// subscripts to keep a report script apart from the user's positional parameters, so its reports
/// stand in the lines themselves. dash reads ahead, and drops that when it is interrupted: the
/// lines that ask for the report are sent when the command has started, by when the shell has read
/// everything else.
///
/// busybox 1.35 may end when a signal comes while it reads or waits; another takes over its state.
class Sh final : public Dialect {
 public:
  std::string_view name() const override { return "sh"; }
  std::string_view startup_variable() const override { return "ENV"; }
  std::vector<std::string> arguments(const ShellFiles& files) const override;
  std::string_view kept_over_exit() const override {
    return "variables and aliases were kept, functions and options are lost";
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
