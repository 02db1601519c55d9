#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/core/time.h"
#include "service/host/command_streams.h"
#include "service/host/late_output.h"
#include "service/host/output_files.h"
#include "service/host/workspace.h"
#include "service/hostproto/messages.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// One command from acceptance to its result: its script, its streams, its counts. What it does not
/// know is how it ends; see Terminal. Loop thread.
class Command {
 public:
  Command(loop::Loop& loop, hostproto::Run run, std::shared_ptr<OutputFiles> files);

  /// Whether a shell can be given this at all.
  static core::Result<void> check(const hostproto::Run& run);

  /// Writes its script and opens its streams: `tty`, or FIFOs without one. `changed` is called when
  /// output has come or ended.
  core::Result<shells::CommandPlan> begin(const Workspace& workspace, std::shared_ptr<Tty> tty,
                                          const std::string& session_cwd,
                                          std::function<void()> changed);
  bool begun() const { return begun_; }

  /// Drops what an earlier command has left in the files of the output. After begin(), before any
  /// output is taken: it takes as long as all of begin(), and meanwhile the shell can work already.
  void empty_files();

  /// The shell has opened stdin.
  void started(core::Timestamp at);
  bool is_started() const { return started_at_.has_value(); }

  /// conflict if it takes no input (any more), limit_exceeded if too much waits to be read. Input
  /// with a key is taken once; what comes before begin() waits for it.
  core::Result<void> feed(const hostproto::Input& input, bool has_tty);
  bool takes_input() const { return streams_ && streams_->takes_input(); }
  /// One of the processes waits for input now.
  bool is_awaited_by(const std::vector<int>& pids) const { return streams_->is_awaited_by(pids); }

  /// Takes the rest of its output and gives back what goes into its result: counts, inline output,
  /// times, what went wrong with its output. What background processes write later goes to `late`.
  hostproto::Finished finish(LateOutput& late, core::Timestamp at);

  /// Names of the variables it was given, which a saved state would keep by mistake.
  std::vector<std::string> variable_names() const;

  const hostproto::Run& run() const { return run_; }
  const std::string& nonce() const { return nonce_; }
  std::int64_t stdout_bytes() const { return streams_ ? streams_->output().bytes() : 0; }
  std::int64_t stderr_bytes() const { return streams_ ? streams_->error().bytes() : 0; }
  bool outputs_ended() const { return streams_ && streams_->ended(); }

  bool timed_out = false;

 private:
  loop::Loop& loop_;
  hostproto::Run run_;
  std::shared_ptr<OutputFiles> files_;
  std::string nonce_;
  bool begun_ = false;
  std::unique_ptr<CommandStreams> streams_;
  std::deque<std::string> input_keys_;  // of the last inputs
  std::vector<hostproto::Input> early_inputs_;
  std::size_t early_bytes_ = 0;
  std::optional<core::Timestamp> started_at_;
};

}  // namespace berth::host
