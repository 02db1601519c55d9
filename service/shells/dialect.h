#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::shells {

/// Files in the host's private folder that outlive a command. Full paths.
struct ShellFiles {
  std::string status;    ///< FIFO: the shell reports here (see report.h)
  std::string reporter;  ///< script: reports the end of a command
  std::string saver;     ///< script: saves the shell's state when it exits
  std::string state;     ///< what the saver wrote
};

/// One command, as the shell is to run it. Every path is full; `env` has been checked.
struct CommandPlan {
  std::string nonce;             ///< names this command in reports; hard to guess
  std::string script;            ///< file with the command's text
  std::string stdin_path;        ///< file or FIFO
  std::string stdout_path;       ///< FIFO
  std::string stderr_path;       ///< FIFO
  std::vector<std::string> env;  ///< for this command only, `NAME=value`
  std::string cwd;               ///< for this command only; empty = the session's
};

/// A directory of the shell and the one before it (`cd -`).
struct Directories {
  std::string current;
  std::string previous;
};

/// What differs from shell to shell: how it is started, and the text it is sent. A dialect holds no
/// state and does no I/O. All `…_lines` are to be written to the shell's stdin as they are.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string_view name() const = 0;
  virtual std::vector<std::string> arguments() const = 0;

  /// Contents of the two scripts in ShellFiles, written before the shell starts.
  virtual std::string reporter_script(const ShellFiles& files) const = 0;
  virtual std::string saver_script(const ShellFiles& files) const = 0;

  /// First lines a shell gets; it answers with Report::ready. From then on
  /// platform::KillSignal::unwind and unwind_hard take it out of a command, once the process it
  /// waits for has ended: Report::unwinding, then Report::done. `restore`: take over the state that
  /// the last one saved, without the variables named in `forget`.
  virtual std::string greeting_lines(const ShellFiles& files, const std::string& nonce,
                                     bool restore,
                                     const std::vector<std::string>& forget) const = 0;

  /// Runs a command: Report::started, then Report::done, whatever the command does short of ending
  /// the shell. `home` is where a command with a directory of its own comes back to, empty for one
  /// without.
  virtual std::string command_lines(const ShellFiles& files, const CommandPlan& plan,
                                    const Directories& home) const = 0;

  /// Changes directory (empty = not) and exports variables for good: Report::started if both
  /// worked, then Report::done.
  virtual std::string prepare_lines(const ShellFiles& files, const std::string& nonce,
                                    const std::string& cwd,
                                    const std::vector<std::string>& env) const = 0;

  /// Asks (again) for the Report::done of `nonce`, after going back to `home` if that is not empty.
  /// A shell that still runs a command answers when it has ended.
  virtual std::string report_lines(const ShellFiles& files, const std::string& nonce,
                                   const Directories& home) const = 0;
};

/// Null if there is none of that name.
const Dialect* find_dialect(std::string_view name);

/// The names that find_dialect knows, for messages: `bash`.
std::string dialect_names();

}  // namespace berth::shells
