#include <algorithm>
#include <utility>

#include "service/host/command_streams.h"

namespace berth::host {
namespace {

/// A terminal: one place for what is typed and for what both streams show, as stdout.
class TtyStreams final : public CommandStreams {
 public:
  TtyStreams(std::shared_ptr<Tty> tty, StreamFile output, StreamFile error, std::string first_input,
             std::function<void()> changed)
      : tty_(std::move(tty)),
        source_(platform::identity_of(tty_->slave().get())),
        output_(std::move(output)),
        error_(std::move(error)),
        first_input_(std::move(first_input)),
        changed_(std::move(changed)) {
    tty_->give_output_to([this](std::string_view bytes) {
      output_.store(bytes);
      changed_();
    });
  }
  ~TtyStreams() override { tty_->give_output_to(nullptr); }

  StreamFile& output() override { return output_; }
  StreamFile& error() override { return error_; }

  void started() override {
    started_ = true;
    tty_->type(std::exchange(first_input_, {}));
    if (end_after_first_) tty_->type_end_of_input();
  }

  bool takes_input() const override { return true; }

  core::Result<void> feed(std::string_view bytes, bool eof) override {
    if (!started_) {  // the shell might take it for its own
      first_input_ += bytes;
      end_after_first_ = end_after_first_ || eof;
      return {};
    }
    if (!tty_->type(bytes)) return core::fail(InputFeed::full());
    if (eof) tty_->type_end_of_input();
    return {};
  }

  bool is_awaited_by(const std::vector<int>& pids) const override {
    bool unknown = false;
    for (const int pid : pids) {
      const auto waits = platform::waits_for_input(pid, source_);
      if (waits == platform::InputWait::yes) return true;
      unknown = unknown || waits == platform::InputWait::unknown;
    }
    // `sudo` and its like can't be looked into, but what they ask for is a password.
    return unknown && platform::hides_input(tty_->slave().get());
  }

  void finish(LateOutput&) override {
    tty_->settle();
    tty_->give_output_to(nullptr);
  }

  bool ended() const override { return false; }

 private:
  std::shared_ptr<Tty> tty_;
  platform::FileIdentity source_;
  StreamFile output_;
  StreamFile error_;
  std::string first_input_;
  bool end_after_first_ = false;
  bool started_ = false;
  std::function<void()> changed_;
};

}  // namespace

core::Result<std::unique_ptr<CommandStreams>> open_tty_streams(std::shared_ptr<Tty> tty,
                                                               const hostproto::Run& run,
                                                               const OutputFiles& files,
                                                               std::function<void()> changed,
                                                               shells::CommandPlan& plan) {
  plan.stdin_path = plan.stdout_path = plan.stderr_path = tty->path();
  return std::make_unique<TtyStreams>(std::move(tty),
                                      StreamFile(files.standard_output.get(), run.max_output_bytes),
                                      StreamFile(files.standard_error.get(), run.max_output_bytes),
                                      run.stdin_text, std::move(changed));
}

}  // namespace berth::host
