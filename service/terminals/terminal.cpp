#include "service/terminals/terminal.h"

#include <utility>

namespace berth::terminals {

Terminal::Terminal(loop::Loop& loop, HostLauncher& launcher, TerminalOwner& owner, core::HostId id)
    : loop_(loop), launcher_(launcher), owner_(&owner), id_(std::move(id)) {}

Terminal::~Terminal() {
  *alive_ = false;
}

void Terminal::launch(const HostSettings& settings) {
  linked(launcher_.launch(id_, settings, *this));
}

void Terminal::attach(std::int64_t after_seq) {
  attaching_ = true;
  linked(launcher_.attach(id_, after_seq, *this));
}

void Terminal::linked(core::Result<std::unique_ptr<HostLink>> link) {
  if (link) {
    link_ = std::move(*link);
    return;
  }
  loop_.defer([this, alive = alive_, error = std::move(link.error())] {
    if (*alive) owner_->on_terminal_gone(*this, error);
  });
}

void Terminal::output(platform::Descriptor standard_output, platform::Descriptor standard_error) {
  if (link_) link_->output(std::move(standard_output), std::move(standard_error));
}

void Terminal::run(const CommandSpec& command) {
  if (link_) link_->run(command);
}

void Terminal::interrupt(const core::JobId& job, core::StopMode how) {
  if (link_) link_->interrupt(job, how);
}

void Terminal::input(CommandInput input, std::function<void(core::Result<void>)> taken) {
  constexpr std::size_t kMaxInputs = 1'000;
  if (!link_) return taken(core::fail(core::ErrorCode::unavailable, "its terminal is not linked"));
  if (inputs_.size() >= kMaxInputs) {
    return taken(core::fail(core::Error{core::ErrorCode::limit_exceeded,
                                        "too many inputs wait for the terminal", "text",
                                        core::Milliseconds(100)}));
  }
  input.call = ++last_call_;
  inputs_.emplace(input.call, std::move(taken));
  link_->input(input);
}

void Terminal::resize(int rows, int cols) {
  if (link_) link_->resize({rows, cols});
}

void Terminal::trim(std::int64_t up_to_seq) {
  if (link_) link_->trim(up_to_seq);
}

void Terminal::end(core::StopMode mode) {
  if (link_) link_->end(mode);
}

void Terminal::on_ready(const hostproto::Ready& ready) {
  cwd_ = ready.cwd;
  // While it catches up after an attach, and when the host had to start another shell, there is
  // nothing new to tell.
  if (!attaching_ && !ready.restarted) owner_->on_terminal_ready(*this, {});
}

void Terminal::on_resumed(const hostproto::Running& running) {
  attaching_ = false;
  if (!running.cwd.empty()) cwd_ = running.cwd;
  if (running.job_id) {
    owner_->on_command_progress(
        *this, {running.job_id, running.stdout_bytes, running.stderr_bytes, false});
  }
  owner_->on_terminal_ready(*this, running.job_id);
}

void Terminal::prepare(const Preparation& preparation,
                       std::function<void(core::Result<void>)> prepared) {
  prepared_ = std::move(prepared);
  if (link_) link_->prepare(preparation);
}

void Terminal::on_prepared(const hostproto::Prepared& prepared) {
  cwd_ = prepared.cwd;
  const auto done = std::exchange(prepared_, nullptr);
  if (!done) return;
  if (prepared.error) return done(core::fail(*prepared.error));
  done({});
}

void Terminal::on_input_taken(const hostproto::InputTaken& answer) {
  const auto call = inputs_.extract(answer.call);
  if (call.empty()) return;
  if (answer.error) return call.mapped()(core::fail(*answer.error));
  call.mapped()({});
}

void Terminal::fail_inputs(const core::Error& reason) {
  for (const auto& [call, taken] : std::exchange(inputs_, {})) taken(core::fail(reason));
}

void Terminal::on_accepted(const hostproto::Accepted& accepted) {
  owner_->on_command_accepted(*this, accepted);
}

void Terminal::on_started(const hostproto::Started& started) {
  owner_->on_command_started(*this, started.job_id);
}

void Terminal::on_progress(const hostproto::Progress& progress) {
  owner_->on_command_progress(*this, progress);
}

void Terminal::on_finished(hostproto::Finished& finished) {
  owner_->on_command_finished(*this, finished);
}

void Terminal::on_rejected(const hostproto::Rejected& rejected) {
  owner_->on_command_rejected(*this, rejected.job_id, rejected.error);
}

void Terminal::on_shell_ended(const hostproto::ShellEnded& ended) {
  end_ = ended.error;
}

void Terminal::on_gone(const core::Error& reason) {
  const core::Error why = end_.value_or(reason);
  fail_inputs(why);
  owner_->on_terminal_gone(*this, why);
}

}  // namespace berth::terminals
