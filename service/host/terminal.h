#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/core/job.h"
#include "service/host/command.h"
#include "service/host/command_stopper.h"
#include "service/host/input_watch.h"
#include "service/host/lasting_shell.h"
#include "service/host/late_output.h"
#include "service/host/shell_watch.h"
#include "service/host/tree_sweeper.h"
#include "service/hostproto/messages.h"
#include "service/loop/loop.h"
#include "service/loop/timer.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// One terminal: a shell and the one command it runs at a time. Knows nothing of links or journals.
/// Loop thread.
class Terminal final : private LastingShell::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_ready(const hostproto::Ready& ready) = 0;
    virtual void on_prepared(const hostproto::Prepared& prepared) = 0;
    virtual void on_started(const hostproto::Started& started) = 0;
    virtual void on_progress(const hostproto::Progress& progress) = 0;
    /// All output is in the spools.
    virtual void on_finished(hostproto::Finished finished) = 0;
    /// No shell and no process is left. Last callback; the terminal is destroyed later.
    virtual void on_over(const std::string& reason) = 0;
  };

  static core::Result<std::unique_ptr<Terminal>> create(loop::Loop& loop,
                                                        const hostproto::Configure& settings,
                                                        Events& events);
  ~Terminal() override;

  /// Whether run() may follow: conflict while a command runs or the terminal ends, else what is
  /// wrong with the command.
  core::Result<void> check(const hostproto::Run& run) const;
  /// Waits for the shell if that is not ready yet, or still being prepared.
  void run(hostproto::Run run, std::shared_ptr<OutputFiles> files);
  void prepare(hostproto::Prepare prepare);
  void interrupt(const core::JobId& job, core::StopMode how);
  core::Result<void> input(const hostproto::Input& input);
  void resize(platform::TtySize size) { shell_.resize(size); }
  void end(core::StopMode mode, std::string reason);

  bool busy() const { return command_ != nullptr; }
  hostproto::Running running() const;
  /// The shell's process, which has an owner here: not to be collected by others. 0 = none.
  int shell_pid() const { return shell_.pid(); }

 private:
  struct Preparation {
    hostproto::Prepare request;
    std::string nonce;
    bool begun = false;
    bool worked = false;
  };

  Terminal(loop::Loop& loop, const shells::Dialect& dialect, Workspace workspace,
           const hostproto::Configure& settings, Events& events);

  // LastingShell::Events
  void on_shell_ready(const hostproto::Ready& ready) override;
  void on_shell_report(const shells::Report& report) override;
  void on_shell_lost(const platform::ExitStatus& status) override;
  void on_shell_over(const std::string& reason) override;
  void begin_waiting();
  void begin_command();
  void begin_preparation();
  void command_started();
  void command_done(const shells::Report& report);
  void shell_lost_command(const platform::ExitStatus& status);
  void finish_command(hostproto::Finished finished);
  void preparation_done(std::optional<core::Error> error);
  void output_changed();
  void tell_progress();
  bool command_waits_for_input() const;
  void ask_again();
  void abandon_command(std::string message);
  void sweep();
  std::string restart_note() const;

  loop::Loop& loop_;
  Events& events_;
  LastingShell shell_;
  std::unique_ptr<Command> command_;
  std::optional<Preparation> preparation_;
  LateOutput late_;
  CommandStopper stopper_;
  ShellWatch watch_;
  InputWatch input_watch_;
  std::string report_nonce_;                  // names the report that ends the command
  std::optional<shells::Report> first_done_;  // of a stopped command, while signals settle
  shells::Directories home_;  // where a command with a directory of its own comes back to
  loop::Timer timeout_timer_;
  loop::Timer progress_timer_;
  std::int64_t told_stdout_ = 0;
  std::int64_t told_stderr_ = 0;
  bool told_awaiting_ = false;

  bool ending_ = false;
  bool sweep_gently_ = true;
  std::string end_reason_;
  TreeSweeper sweeper_;
};

}  // namespace berth::host
