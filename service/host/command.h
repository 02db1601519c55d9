#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "service/core/error.h"
#include "service/core/time.h"
#include "service/host/input_feed.h"
#include "service/host/late_output.h"
#include "service/host/output_drain.h"
#include "service/host/output_files.h"
#include "service/host/workspace.h"
#include "service/hostproto/messages.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// One command from acceptance to its result: its files and FIFOs, its counts. What it does not
/// know is how it ends; see Terminal. Loop thread.
class Command {
 public:
  Command(loop::Loop& loop, hostproto::Run run, std::shared_ptr<OutputFiles> files);

  /// Whether a shell can be given this at all.
  static core::Result<void> check(const hostproto::Run& run);

  /// Writes its files and opens its FIFOs. `changed` is called when output has come or ended.
  core::Result<shells::CommandPlan> begin(const Workspace& workspace,
                                          const std::string& session_cwd,
                                          std::function<void()> changed);
  bool begun() const { return begun_; }

  /// Drops what an earlier command has left in the files of the output. After begin(), before any
  /// output is taken: it takes as long as all of begin(), and meanwhile the shell can work already.
  void empty_files();

  /// The shell has opened stdin.
  void started(core::Timestamp at);
  bool is_started() const { return started_at_.has_value(); }

  void feed(std::string_view bytes, bool eof);

  /// Takes the rest of its output and gives back what goes into its result: counts, inline output,
  /// times, what went wrong with its output. What background processes write later goes to `late`.
  hostproto::Finished finish(LateOutput& late, core::Timestamp at);

  /// Names of the variables it was given, which a saved state would keep by mistake.
  std::vector<std::string> variable_names() const;

  const hostproto::Run& run() const { return run_; }
  const std::string& nonce() const { return nonce_; }
  std::int64_t stdout_bytes() const { return stdout_ ? stdout_->bytes() : 0; }
  std::int64_t stderr_bytes() const { return stderr_ ? stderr_->bytes() : 0; }
  bool outputs_ended() const { return stdout_ && stdout_->ended() && stderr_->ended(); }

  bool timed_out = false;

 private:
  core::Result<std::string> open_stdin(const Workspace& workspace);
  void close_output(OutputDrain& drain, const std::string& path, LateOutput& late);

  loop::Loop& loop_;
  hostproto::Run run_;
  std::shared_ptr<OutputFiles> files_;
  std::string nonce_;
  bool begun_ = false;
  std::string stdout_path_;
  std::string stderr_path_;
  std::optional<OutputDrain> stdout_;
  std::optional<OutputDrain> stderr_;
  std::optional<InputFeed> input_;
  std::optional<core::Timestamp> started_at_;
};

}  // namespace berth::host
