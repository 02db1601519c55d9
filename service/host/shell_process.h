#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/host/workspace.h"
#include "service/loop/loop.h"
#include "service/loop/poller.h"
#include "service/loop/stream.h"
#include "service/platform/spawn.h"
#include "service/shells/report.h"

namespace berth::host {

struct ShellStart {
  std::string program;
  std::vector<std::string> env;
  std::string cwd;
  std::string tty;                  ///< path of its controlling terminal; empty = none
  bool restore = false;             ///< take over the state saved in the workspace
  std::vector<std::string> forget;  ///< variables of it that were not the session's own
};

/// One running shell: the pipe or FIFO it takes its lines from, its status FIFO, its end. Loop
/// thread. Destroying it does not end the shell: it is destroyed in on_shell_exit or with the host.
class ShellProcess {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_report(const shells::Report& report) = 0;
    /// Last callback, after all reports; the shell has been collected. May destroy it.
    virtual void on_shell_exit(const platform::ExitStatus& status) = 0;
  };

  /// Starts it and greets it; Report::ready follows.
  static core::Result<std::unique_ptr<ShellProcess>> start(loop::Loop& loop,
                                                           const shells::Dialect& dialect,
                                                           const ShellStart& start,
                                                           const Workspace& workspace,
                                                           Events& events);
  ~ShellProcess();
  ShellProcess(const ShellProcess&) = delete;
  ShellProcess& operator=(const ShellProcess&) = delete;

  int pid() const { return child_.pid; }
  void send(std::string lines);
  /// Reports about this command count from now on, none for an empty nonce.
  void expect(const std::string& nonce);
  /// End of its input: it runs its exit traps and ends.
  void close_input();
  /// Everything sent has been read by the shell (or whoever took its place).
  bool input_consumed() const;

 private:
  ShellProcess(loop::Loop& loop, const shells::Dialect& dialect, platform::Child child,
               platform::Descriptor status, Events& events);
  void read_reports();
  void exited();

  platform::Child child_;
  platform::Descriptor status_;
  std::unique_ptr<loop::Stream> input_;
  int input_fd_ = -1;  // input_'s
  std::string nonce_;
  std::unique_ptr<shells::ReportReader> reports_;
  Events& events_;
  loop::Poller status_poller_;
  loop::Poller exit_poller_;
};

}  // namespace berth::host
