#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/core/ids.h"
#include "service/core/time.h"
#include "service/hostproto/journal.h"
#include "service/loop/loop.h"
#include "service/platform/limits.h"
#include "service/terminals/host_link.h"

namespace berth::terminals {

/// What a terminal starts with.
struct HostSettings {
  std::string shell = "bash";                ///< which dialect
  std::string program = "bash";              ///< path, or a name searched in PATH
  std::string cwd;                           ///< empty = the host's
  std::vector<std::string> env;              ///< the shell's whole environment, `NAME=value`
  core::Milliseconds orphan_limit{600'000};  ///< how long an idle host waits for a service
  bool tty = false;                          ///< commands run on a pseudo-terminal of this size
  int rows = 24;
  int cols = 80;
  /// `processes` counts those beside what the user has when the terminal starts.
  platform::ProcessLimits limits;
  bool spare = false;  ///< nobody has asked for it yet: see hostproto::Configure
};

/// Starts hosts, finds those that outlived the last service, and owns their folders
/// (`<data>/hosts/<id>/` with `host.sock` and `journal`). Core loop; starting one takes about 2 ms.
class HostLauncher {
 public:
  /// `host_program` is the path of berth-host.
  HostLauncher(loop::Loop& loop, std::string data_dir, std::string host_program);
  ~HostLauncher();
  HostLauncher(const HostLauncher&) = delete;
  HostLauncher& operator=(const HostLauncher&) = delete;

  /// berth-host beside the running program.
  static std::string default_host_program();

  /// The link is usable at once: what is sent before `on_ready` waits in the host. A shell that
  /// can't be started is told by `on_shell_ended`.
  core::Result<std::unique_ptr<HostLink>> launch(const core::HostId& id,
                                                 const HostSettings& settings, HostEvents& events);

  /// Links to a running host and asks for what its journal has after `after_seq`; `on_resumed` ends
  /// that. not_found if the host is dead.
  core::Result<std::unique_ptr<HostLink>> attach(const core::HostId& id, std::int64_t after_seq,
                                                 HostEvents& events);

  /// For a dead host. Reads a file: not for a loop that has many of them to read.
  core::Result<std::vector<hostproto::JournalEntry>> read_journal(const core::HostId& id,
                                                                  std::int64_t after_seq) const;

  /// Removes the host's folder.
  core::Result<void> forget(const core::HostId& id);

  /// The hosts that have a folder.
  std::vector<core::HostId> known_hosts() const;

  /// Kills what the terminal of a dead host has left running: what carries kTerminalVariable, which
  /// a program may have taken away. How many. Reads all of /proc: not for a loop.
  static std::size_t end_orphans(const core::HostId& id);

 private:
  struct Process;
  std::string folder(const core::HostId& id) const;
  core::Result<std::unique_ptr<HostLink>> start(const core::HostId& id,
                                                const HostSettings& settings, HostEvents& events);
  core::Result<platform::Descriptor> start_process();

  loop::Loop& loop_;
  std::string data_dir_;
  std::string host_program_;
  std::map<int, std::unique_ptr<Process>> processes_;  // by pid: to collect them when they end
};

}  // namespace berth::terminals
