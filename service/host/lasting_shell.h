#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/host/shell_process.h"
#include "service/host/tty.h"
#include "service/host/workspace.h"
#include "service/hostproto/messages.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/platform/limits.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// The shell of one terminal, replaced by another in the same directory (with the same variables,
/// where it could save them) when it ends, until close() or kill_for_good(). Loop thread.
class LastingShell final : private ShellProcess::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    /// A shell takes commands, for the first time or again.
    virtual void on_shell_ready(const hostproto::Ready& ready) = 0;
    /// About the command that expect() named: started, unwinding or done.
    virtual void on_shell_report(const shells::Report& report) = 0;
    /// It has ended. Another one is started next, unless it was to end.
    virtual void on_shell_lost(const platform::ExitStatus& status) = 0;
    /// There is none and there will be none. Last callback.
    virtual void on_shell_over(const std::string& reason) = 0;
  };

  LastingShell(loop::Loop& loop, const shells::Dialect& dialect, Workspace workspace,
               const hostproto::Configure& settings, Events& events);
  ~LastingShell() override;

  core::Result<void> start() { return start(false); }
  /// Counts the processes there are now and holds this shell and those that follow it to the
  /// terminal's limits. Of a spare one, when it is taken; others have them from the start.
  core::Result<void> set_limits();
  /// Kills it; another one follows.
  void kill(std::string why);
  /// Lets it end by itself (a while), and no other follow. on_shell_over comes later.
  void close(std::string reason);
  /// The same by force.
  void kill_for_good(std::string reason);
  bool closing() const { return over_reason_.has_value(); }

  bool ready() const { return ready_; }
  /// 0 = none runs.
  int pid() const { return process_ ? process_->pid() : 0; }
  const shells::Dialect& dialect() const { return dialect_; }
  const Workspace& workspace() const { return workspace_; }
  /// The terminal of the programs it runs, another one for each shell. Null without one.
  const std::shared_ptr<Tty>& tty() const { return tty_; }
  void resize(platform::TtySize size);
  const shells::Directories& directories() const { return directories_; }
  /// In on_shell_lost: the directory that the next shell can't be started in, because it is gone.
  const std::string& lost_directory() const { return lost_directory_; }

  void send(std::string lines);
  /// A command, after expect() has named it.
  void send(shells::CommandLines lines);
  void expect(const std::string& nonce);
  bool input_consumed() const { return process_ && process_->input_consumed(); }
  /// Variables that the next shell must not take over from this one.
  void forget(std::vector<std::string> variables) { forget_ = std::move(variables); }

  /// In on_shell_lost: what it said when it ended, unless it was killed.
  const std::optional<shells::Report>& last_words() const { return last_words_; }
  /// In on_shell_lost: why this program killed it; empty if it did not.
  const std::string& killed_why() const { return killed_why_; }

 private:
  // ShellProcess::Events
  void on_report(const shells::Report& report) override;
  void on_shell_exit(const platform::ExitStatus& status) override;
  core::Result<void> start(bool restore);
  core::Result<void> open_tty();
  void replace();
  void greeted(const shells::Report& report);
  void take_directories(const shells::Report& report);

  loop::Loop& loop_;
  const shells::Dialect& dialect_;
  Workspace workspace_;
  hostproto::Configure settings_;
  std::optional<platform::ProcessLimits> limits_;  // once they are set
  Events& events_;
  std::unique_ptr<ShellProcess> process_;
  std::shared_ptr<Tty> tty_;
  bool ready_ = false;
  bool was_ready_ = false;
  int failed_starts_ = 0;
  std::optional<shells::Report> last_words_;  // Report::exiting
  std::string killed_why_;
  std::optional<std::string> over_reason_;  // it is to end
  std::vector<std::string> forget_;
  std::string once_started_;  // lines that the shell gets when the command has started
  shells::Directories directories_;
  std::string lost_directory_;
  loop::Timer start_timer_;
  loop::Timer close_timer_;
};

}  // namespace berth::host
