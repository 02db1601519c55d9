#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "service/core/ids.h"
#include "service/core/session.h"
#include "service/execution/login_environment.h"
#include "service/execution/services.h"
#include "service/execution/terminal_defaults.h"
#include "service/loop/timer.h"
#include "service/terminals/terminal.h"

namespace berth::execution {

struct PoolSettings {
  std::size_t warm = 0;  ///< terminals of each shell; 0 = none are started in advance
  std::vector<std::string> shells;
};

/// A terminal that nobody has used.
struct WarmTerminal {
  core::HostRecord host;
  std::unique_ptr<terminals::Terminal> terminal;
};

/// Terminals started in advance, so that who asks for one need not wait for a shell. Once handed
/// out a terminal does not come back. Core loop.
class WarmPool final : private terminals::TerminalOwner {
 public:
  WarmPool(Services services, const TerminalDefaults& defaults, LoginEnvironment& environment,
           PoolSettings settings);
  ~WarmPool() override;

  /// From now on the pool is kept full.
  void start();
  /// Ends those that are left, and starts none any more. Takes under way are not answered.
  void stop();

  using Taken = std::function<void(core::Result<std::optional<WarmTerminal>>)>;
  /// Hands out a terminal that stands in `cwd` (empty = TerminalDefaults::home), its host record
  /// stored and its files for the first command there. Nothing, possibly at once: there is none, or
  /// it did not work. An error: a terminal started for the purpose could not go there either.
  void take(const std::string& shell, const std::string& cwd, Taken taken);

  /// Ready for use now.
  std::size_t size() const;

 private:
  struct Entry {
    core::HostRecord host;
    std::unique_ptr<terminals::Terminal> terminal;
    bool ready = false;
    Taken taken;                            // it is being prepared
    std::unique_ptr<loop::Timer> deadline;  // to get ready, then to be prepared
  };

  void on_terminal_ready(terminals::Terminal& terminal, const core::JobId& running) override;
  void on_terminal_gone(terminals::Terminal& terminal, const core::Error& reason) override;

  void refill();
  void refill_later(core::Milliseconds pause);
  void limit_time(Entry& entry);
  void add(const std::string& shell, const std::vector<std::string>& environment);
  void give_output_files(const core::HostId& id);
  void take_output_files(const core::HostId& id, core::Result<jobs::Spool::Files> files);
  Entry* find_ready(const std::string& shell);
  void prepared(const core::HostId& id, const core::Result<void>& result);
  void discard(const core::HostId& id, const core::Error& why);
  void failed(const core::HostId& id, const core::Error& why);

  Services services_;
  const TerminalDefaults& defaults_;
  LoginEnvironment& environment_;
  PoolSettings settings_;
  std::unordered_map<core::HostId, Entry> entries_;
  loop::Timer refill_timer_;
  core::Milliseconds failure_pause_{0};  // before the next try, since the last one failed
  bool stopped_ = true;
};

}  // namespace berth::execution
