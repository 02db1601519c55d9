#include <algorithm>
#include <utility>

#include "service/host/command_streams.h"
#include "service/host/input_feed.h"
#include "service/host/output_drain.h"
#include "service/platform/files.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

/// A FIFO each. A command's own, because a background process keeps the one it was started with.
class PipeStreams final : public CommandStreams {
 public:
  PipeStreams(std::unique_ptr<InputFeed> input, platform::FileIdentity source)
      : input_(std::move(input)), source_(source) {}

  void open_outputs(loop::Loop& loop, platform::Descriptor out, platform::Descriptor err,
                    const hostproto::Run& run, const OutputFiles& files,
                    const std::function<void()>& changed, const shells::CommandPlan& plan) {
    stdout_path_ = plan.stdout_path;
    stderr_path_ = plan.stderr_path;
    stdout_.emplace(loop, std::move(out),
                    StreamFile(files.standard_output.get(), run.max_output_bytes), changed);
    stderr_.emplace(loop, std::move(err),
                    StreamFile(files.standard_error.get(), run.max_output_bytes), changed);
  }

  StreamFile& output() override { return stdout_->file(); }
  StreamFile& error() override { return stderr_->file(); }

  void started() override {
    if (input_) input_->opened();
  }

  bool takes_input() const override { return input_ != nullptr; }

  core::Result<void> feed(std::string_view bytes, bool eof) override {
    if (input_->closing()) {
      return core::fail(core::ErrorCode::conflict, "its input has been ended", "eof");
    }
    if (!input_->write(bytes)) return core::fail(InputFeed::full());
    if (eof) input_->close_after_pending();
    return {};
  }

  bool is_awaited_by(const std::vector<int>& pids) const override {
    return input_ && std::ranges::any_of(pids, [this](int pid) {
             return platform::waits_for_input(pid, source_) == platform::InputWait::yes;
           });
  }

  void finish(LateOutput& late) override {
    close(*stdout_, stdout_path_, late);
    close(*stderr_, stderr_path_, late);
  }

  bool ended() const override { return stdout_->ended() && stderr_->ended(); }

 private:
  static void close(OutputDrain& drain, const std::string& path, LateOutput& late) {
    drain.finish();
    if (drain.ended()) return;
    // Someone still writes to this FIFO: the next command must not hear it.
    static_cast<void>(platform::remove_file(path));
    late.add(drain.take_fifo());
  }

  std::unique_ptr<InputFeed> input_;
  platform::FileIdentity source_;
  std::string stdout_path_;
  std::string stderr_path_;
  std::optional<OutputDrain> stdout_;
  std::optional<OutputDrain> stderr_;
};

/// The path of stdin: nothing, a file with all of it, or a FIFO that is fed.
core::Result<std::string> prepare_stdin(loop::Loop& loop, const Workspace& workspace,
                                        const hostproto::Run& run, std::unique_ptr<InputFeed>& feed,
                                        platform::FileIdentity& source) {
  const bool open = run.stdin_mode == core::StdinMode::open;
  if (!open && run.stdin_text.empty()) return std::string("/dev/null");
  const std::string path = workspace.stdin_path();
  if (auto removed = platform::remove_file(path); !removed) return core::fail(removed.error());
  if (!open) {
    if (auto written = platform::overwrite_file(path, run.stdin_text); !written) {
      return core::fail(written.error());
    }
    return path;
  }
  if (auto made = platform::make_fifo(path); !made) return core::fail(made.error());
  auto fifo = platform::open_fifo_for_both(path);
  if (!fifo) return core::fail(fifo.error());
  source = platform::identity_of(fifo->get());
  feed = std::make_unique<InputFeed>(loop, std::move(*fifo));
  if (!feed->write(run.stdin_text)) return core::fail(InputFeed::full());
  return path;
}

}  // namespace

core::Result<std::unique_ptr<CommandStreams>> open_pipe_streams(
    loop::Loop& loop, const Workspace& workspace, const hostproto::Run& run,
    const OutputFiles& files, std::function<void()> changed, shells::CommandPlan& plan) {
  std::unique_ptr<InputFeed> input;
  platform::FileIdentity source;
  auto stdin_path = prepare_stdin(loop, workspace, run, input, source);
  if (!stdin_path) return core::fail(stdin_path.error());
  plan.stdin_path = std::move(*stdin_path);
  plan.stdout_path = workspace.stdout_path();
  plan.stderr_path = workspace.stderr_path();
  auto out = workspace.open_output(plan.stdout_path);
  if (!out) return core::fail(out.error());
  auto err = workspace.open_output(plan.stderr_path);
  if (!err) return core::fail(err.error());
  auto streams = std::make_unique<PipeStreams>(std::move(input), source);
  streams->open_outputs(loop, std::move(*out), std::move(*err), run, files, changed, plan);
  return streams;
}

}  // namespace berth::host
