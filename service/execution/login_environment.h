#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/execution/services.h"
#include "service/execution/terminal_defaults.h"
#include "service/loop/timer.h"
#include "service/platform/descriptor.h"
#include "service/terminals/terminal.h"

namespace berth::execution {

struct LoginSettings {
  /// Asked for the environment it sets up; empty = nobody is asked.
  std::string shell;
  core::Milliseconds timeout{5'000};
  std::vector<std::string> own;  ///< the service's environment for terminals, `NAME=value`
};

/// What terminals start with: `captured` as a login shell has set it up, but for what is that
/// shell's alone, and with what `own` knows better.
std::vector<std::string> merge_environments(const std::vector<std::string>& own,
                                            const std::vector<std::string>& captured);

/// The developer's login environment (nvm, pyenv, cargo …), asked for once, in a terminal of its
/// own: a profile may do anything, also wait for ever. Core loop.
class LoginEnvironment final : private terminals::TerminalOwner {
 public:
  LoginEnvironment(Services services, const TerminalDefaults& defaults, LoginSettings settings);
  ~LoginEnvironment() override;

  void start();
  /// Ends it if it is under way. Nobody is told any more: no terminal is to be started.
  void stop();

  using Use = std::function<void(const std::vector<std::string>& environment)>;
  /// At once, or when it is known: within the time limit. If the shell can't tell, it is the
  /// service's own.
  void when_known(Use use);

 private:
  core::Result<void> ask();
  void on_command_finished(terminals::Terminal& terminal,
                           const terminals::CommandResult& result) override;
  void on_command_rejected(terminals::Terminal& terminal, const core::JobId& id,
                           const core::Error& error) override;
  void on_terminal_gone(terminals::Terminal& terminal, const core::Error& reason) override;

  core::Result<std::vector<std::string>> read_answer(const terminals::CommandResult& result) const;
  void answered(const core::Result<std::vector<std::string>>& captured);
  void become_known();
  void end_terminal();

  Services services_;
  const TerminalDefaults& defaults_;
  LoginSettings settings_;
  std::vector<std::string> environment_;
  bool known_ = false;
  bool stopped_ = false;
  std::vector<Use> waiting_;
  std::unique_ptr<terminals::Terminal> terminal_;
  platform::Descriptor output_;  // the shell's stdout
  std::string mark_;             // stands before and after the answer
  loop::Timer deadline_;
  core::Instant asked_at_{};
};

}  // namespace berth::execution
