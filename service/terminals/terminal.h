#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/job.h"
#include "service/hostproto/messages.h"
#include "service/loop/loop.h"
#include "service/terminals/host_launcher.h"
#include "service/terminals/host_link.h"

namespace berth::terminals {

class Terminal;

using CommandSpec = hostproto::Run;
using CommandResult = hostproto::Finished;
using AcceptedCommand = hostproto::Accepted;
using CommandProgress = hostproto::Progress;
using CommandInput = hostproto::Input;
using Preparation = hostproto::Prepare;

/// Hears what happens in terminals. Core loop. A callback may end its terminal, but not destroy it
/// before it has returned.
class TerminalOwner {
 public:
  virtual ~TerminalOwner() = default;
  /// The shell is there. After an attach: what the host had to tell is told; `running` is the
  /// command that it still runs (empty: none).
  virtual void on_terminal_ready(Terminal& /*terminal*/, const core::JobId& /*running*/) {}
  /// The host has written down that it runs it. After an attach also of commands that this service
  /// has never heard of: it was killed before it stored them.
  virtual void on_command_accepted(Terminal& /*terminal*/, const AcceptedCommand& /*command*/) {}
  virtual void on_command_started(Terminal& /*terminal*/, const core::JobId& /*id*/) {}
  virtual void on_command_finished(Terminal& /*terminal*/, const CommandResult& /*result*/) {}
  virtual void on_command_rejected(Terminal& /*terminal*/, const core::JobId& /*id*/,
                                   const core::Error& /*error*/) {}
  virtual void on_command_progress(Terminal& /*terminal*/, const CommandProgress& /*progress*/) {}
  /// The host is gone, asked for or not; nothing more comes.
  virtual void on_terminal_gone(Terminal& terminal, const core::Error& reason) = 0;
};

/// A shell in its host, as the service holds it. Core loop. Destroying it leaves the host running.
class Terminal final : private HostEvents {
 public:
  Terminal(loop::Loop& loop, HostLauncher& launcher, TerminalOwner& owner, core::HostId id);
  ~Terminal() override;

  const core::HostId& id() const { return id_; }
  /// The shell's directory when it was ready.
  const std::string& cwd() const { return cwd_; }

  /// Starts a host, or finds one again. What comes of it is told later, never from inside the call.
  void launch(const HostSettings& settings);
  void attach(std::int64_t after_seq);

  /// Makes a fresh one what a session asks for. `prepared` comes unless the terminal goes first.
  /// One at a time.
  void prepare(const Preparation& preparation, std::function<void(core::Result<void>)> prepared);
  /// Who hears of it from now on.
  void change_owner(TerminalOwner& owner) { owner_ = &owner; }

  void output(platform::Descriptor standard_output, platform::Descriptor standard_error);
  void run(const CommandSpec& command);
  void interrupt(const core::JobId& job, core::StopMode how);
  /// `taken` once the host has it, or why it has not. `input.call` is set here.
  void input(CommandInput input, std::function<void(core::Result<void>)> taken);
  void resize(int rows, int cols);
  void trim(std::int64_t up_to_seq);
  void end(core::StopMode mode);

 private:
  void fail_inputs(const core::Error& reason);
  void linked(core::Result<std::unique_ptr<HostLink>> link);

  void on_ready(const hostproto::Ready& ready) override;
  void on_prepared(const hostproto::Prepared& prepared) override;
  void on_accepted(const hostproto::Accepted& accepted) override;
  void on_started(const hostproto::Started& started) override;
  void on_progress(const hostproto::Progress& progress) override;
  void on_finished(hostproto::Finished& finished) override;
  void on_rejected(const hostproto::Rejected& rejected) override;
  void on_resumed(const hostproto::Running& running) override;
  void on_shell_ended(const hostproto::ShellEnded& ended) override;
  void on_input_taken(const hostproto::InputTaken& taken) override;
  void on_gone(const core::Error& reason) override;

  loop::Loop& loop_;
  HostLauncher& launcher_;
  TerminalOwner* owner_;
  core::HostId id_;
  std::unique_ptr<HostLink> link_;
  std::string cwd_;
  std::optional<core::Error> end_;  // what the host said before it went
  bool attaching_ = false;
  std::function<void(core::Result<void>)> prepared_;
  std::int64_t last_call_ = 0;
  std::map<std::int64_t, std::function<void(core::Result<void>)>> inputs_;  // not yet answered
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace berth::terminals
