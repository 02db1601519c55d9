#pragma once

#include "service/shells/dialect.h"

namespace berth::shells {

/// zsh 5.3 or newer with its zsh/parameter module, interactive but without a terminal, rc files
/// (but /etc/zshenv, which it always reads) or line editing.
///
/// What differs from bash: a script that can't be parsed, or that is ended by an error, has status
/// 126, which is zsh's own choice. Hooks of the prompt (precmd, preexec, periodic, and the arrays
/// of that name) are dropped after each command, for no prompt is ever shown; builtins that the
/// lines sent here need are enabled again if they were disabled. A command's own variables are set
/// before it and taken back after it, because zsh does not export what stands in front of a
/// builtin; UID and its like can't be set that way, for zsh would change the user. Hung up, it
/// saves its state and exits with status 1. An interrupt that comes while a builtin writes may have
/// its text written twice, as with any trap in zsh.
class Zsh final : public Dialect {
 public:
  std::string_view name() const override { return "zsh"; }
  std::vector<std::string> arguments(const ShellFiles& files) const override;
  std::string_view kept_over_exit() const override {
    return "variables, functions, aliases and options were kept";
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
