#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/host/late_output.h"
#include "service/host/output_files.h"
#include "service/host/stream_file.h"
#include "service/host/tty.h"
#include "service/host/workspace.h"
#include "service/hostproto/messages.h"
#include "service/loop/loop.h"
#include "service/platform/input_wait.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// stdin, stdout and stderr of one command: FIFOs (see pipe_streams.h) or a terminal (see
/// tty_streams.h). Loop thread.
class CommandStreams {
 public:
  virtual ~CommandStreams() = default;

  virtual StreamFile& output() = 0;
  virtual StreamFile& error() = 0;

  /// The shell has opened stdin.
  virtual void started() = 0;

  /// Whether input is taken at all (see feed).
  virtual bool takes_input() const = 0;
  /// Input for the command; limit_exceeded (and nothing taken) when too much waits to be read.
  virtual core::Result<void> feed(std::string_view bytes, bool eof) = 0;
  /// Whether one of the processes `pids` waits for input now. False if it takes none.
  virtual bool is_awaited_by(const std::vector<int>& pids) const = 0;

  /// Takes what the command has written until now. Processes that it left in the background may
  /// write on, which goes to `late`.
  virtual void finish(LateOutput& late) = 0;
  /// No process has stdout or stderr open any more. False if that can't be known.
  virtual bool ended() const = 0;
};

/// Opens them and fills in the plan's paths. `changed` is called when output has come or ended.
core::Result<std::unique_ptr<CommandStreams>> open_pipe_streams(
    loop::Loop& loop, const Workspace& workspace, const hostproto::Run& run,
    const OutputFiles& files, std::function<void()> changed, shells::CommandPlan& plan);
core::Result<std::unique_ptr<CommandStreams>> open_tty_streams(std::shared_ptr<Tty> tty,
                                                               const hostproto::Run& run,
                                                               const OutputFiles& files,
                                                               std::function<void()> changed,
                                                               shells::CommandPlan& plan);

}  // namespace berth::host
