#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/shells/report.h"

namespace berth::shells {

/// platform::KillSignal::unwind and unwind_hard, as `trap` takes them in every POSIX shell.
inline constexpr std::string_view kUnwindSignal = "PWR";
inline constexpr std::string_view kUnwindHardSignal = "VTALRM";

/// Files in the host's private folder that outlive a command. Full paths.
struct ShellFiles {
  std::string status;    ///< FIFO: the shell reports here (see report.h)
  std::string reporter;  ///< script: reports the end of a command
  std::string saver;     ///< script: saves the shell's state when it exits
  std::string state;     ///< what the saver wrote; a dialect may add files by appending to the name
  std::string commands;  ///< FIFO: lines for a shell that does not take them on its stdin
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
  /// No other command follows: it gets a subshell, whose end is the command's own. So its EXIT
  /// traps run as in a script, while its output is still heard.
  bool alone = false;
};

/// A directory of the shell and the one before it (`cd -`).
struct Directories {
  std::string current;
  std::string previous;
};

/// What a shell is sent to run a command.
struct CommandLines {
  std::string now;
  /// To be sent when Report::started has come: for a shell that drops what it has read ahead.
  std::string once_started;
};

/// What differs from shell to shell: how it is started, and the text it is sent. A dialect holds no
/// state and does no I/O. All `…_lines` are to be written to the shell as they are.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string_view name() const = 0;
  virtual std::vector<std::string> arguments(const ShellFiles& files) const = 0;
  /// Whether it takes its lines on stdin; else at ShellFiles::commands, and stdin is empty.
  virtual bool reads_stdin() const { return true; }
  /// A variable that names a file the shell would read when it starts: it is not given that one.
  virtual std::string_view startup_variable() const { return {}; }
  /// What the name of CommandPlan::script has to end with.
  virtual std::string_view script_suffix() const { return {}; }
  virtual std::unique_ptr<ReportReader> report_reader() const {
    return std::make_unique<RecordReader>();
  }

  /// For people: what of a session's state is there again, and what is not, in the shell after one
  /// that said Report::exiting. As in "variables were kept".
  virtual std::string_view kept_over_exit() const = 0;

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
  virtual CommandLines command_lines(const ShellFiles& files, const CommandPlan& plan,
                                     const Directories& home) const = 0;

  /// Changes directory (empty = not) for good, as if the shell had started there: Report::started
  /// if that worked, then Report::done.
  virtual std::string prepare_lines(const ShellFiles& files, const std::string& nonce,
                                    const std::string& cwd) const = 0;

  /// Asks (again) for the Report::done of `nonce`, after going back to `home` if that is not empty.
  /// A shell that still runs a command answers when it has ended.
  virtual std::string report_lines(const ShellFiles& files, const std::string& nonce,
                                   const Directories& home) const = 0;
};

/// Null if there is none of that name.
const Dialect* find_dialect(std::string_view name);

/// The names that find_dialect knows, for messages: `bash, sh`.
std::string dialect_names();

}  // namespace berth::shells
