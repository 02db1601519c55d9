#include "service/host/lasting_shell.h"

#include <fmt/format.h>

#include <utility>

#include "service/platform/files.h"
#include "service/platform/process.h"

namespace berth::host {
namespace {

constexpr std::chrono::seconds kStartLimit{10};
constexpr std::chrono::seconds kCloseLimit{1};
constexpr int kMaxFailedStarts = 3;

}  // namespace

LastingShell::LastingShell(loop::Loop& loop, const shells::Dialect& dialect, Workspace workspace,
                           const hostproto::Configure& settings, Events& events)
    : loop_(loop),
      dialect_(dialect),
      workspace_(std::move(workspace)),
      settings_(settings),
      events_(events),
      directories_{settings.cwd, {}},
      start_timer_(loop),
      close_timer_(loop) {
  settings_.env.push_back(std::string(hostproto::kTerminalVariable) + "=" + settings.host_id.str());
}

LastingShell::~LastingShell() = default;

core::Result<void> LastingShell::start(bool restore) {
  if (auto opened = open_tty(); !opened) return opened;
  ShellStart start{settings_.program,        settings_.env, directories_.current,
                   tty_ ? tty_->path() : "", restore,       forget_};
  if (!workspace_.open_status()) {
    auto workspace = Workspace::create(dialect_);
    if (!workspace) return core::fail(workspace.error());
    workspace_ = std::move(*workspace);
    start.restore = false;
  }
  auto process = ShellProcess::start(loop_, dialect_, start, workspace_, *this);
  if (!process && process.error().code == core::ErrorCode::not_found) {
    return core::fail(
        core::ErrorCode::unsupported,
        fmt::format("shell {} is not installed: {}", dialect_.name(), process.error().message),
        "shell");
  }
  if (!process) return core::fail(process.error());
  process_ = std::move(*process);
  // Before it has read its first line.
  if (limits_ || !settings_.spare) {
    if (auto limited = set_limits(); !limited) return limited;
  }
  ready_ = false;
  start_timer_.start(kStartLimit, [this] { kill("it did not get ready"); });
  return {};
}

core::Result<void> LastingShell::set_limits() {
  if (!limits_) {
    // Once: a shell that follows another must not count what that has left as the user's own.
    limits_ = {.memory_bytes = settings_.max_memory_bytes, .cpu_time = settings_.max_cpu_time};
    const std::int64_t now = settings_.more_processes > 0 ? platform::count_limited_processes() : 0;
    if (now > 0) limits_->processes = now + settings_.more_processes;
  }
  return process_ ? platform::limit_process(process_->pid(), *limits_) : core::Result<void>();
}

/// A new one: processes that an earlier shell has left may still use the old one.
core::Result<void> LastingShell::open_tty() {
  if (!settings_.tty) return {};
  auto tty = Tty::open(
      loop_, {.rows = static_cast<int>(settings_.rows), .cols = static_cast<int>(settings_.cols)});
  if (!tty) return core::fail(tty.error());
  tty_ = std::move(*tty);
  return {};
}

void LastingShell::resize(platform::TtySize size) {
  settings_.rows = size.rows;
  settings_.cols = size.cols;
  // There is no one to tell, and the size matters to looks only.
  if (tty_) static_cast<void>(tty_->resize(size));
}

void LastingShell::replace() {
  if (failed_starts_ >= kMaxFailedStarts) {
    over_reason_ = "the shell ends as soon as it is started";
  } else {
    // A state that can't be loaded must not be tried for ever.
    const auto started = start(last_words_.has_value() && failed_starts_ == 0);
    if (started) return;
    over_reason_ = fmt::format("the shell can't be started again: {}", started.error().message);
  }
  events_.on_shell_over(*over_reason_);
}

void LastingShell::kill(std::string why) {
  if (!process_) return;
  killed_why_ = std::move(why);
  platform::send_signal({process_->pid()}, platform::KillSignal::kill);
}

void LastingShell::close(std::string reason) {
  if (!over_reason_) over_reason_ = std::move(reason);
  if (!process_) return;  // on_shell_exit goes on from here
  process_->close_input();
  close_timer_.start(kCloseLimit, [this] { kill("it did not end"); });
}

void LastingShell::kill_for_good(std::string reason) {
  if (!over_reason_) over_reason_ = std::move(reason);
  kill("the terminal was ended");
}

void LastingShell::send(std::string lines) {
  if (process_) process_->send(std::move(lines));
}

void LastingShell::send(shells::CommandLines lines) {
  once_started_ = std::move(lines.once_started);
  send(std::move(lines.now));
}

void LastingShell::expect(const std::string& nonce) {
  if (process_) process_->expect(nonce);
}

void LastingShell::take_directories(const shells::Report& report) {
  if (!report.cwd.empty()) directories_.current = report.cwd;
  directories_.previous = report.previous_cwd;
}

void LastingShell::on_report(const shells::Report& report) {
  switch (report.kind) {
    case shells::Report::Kind::ready:
      return greeted(report);
    case shells::Report::Kind::exiting:
      last_words_ = report;
      return;
    case shells::Report::Kind::done:
      take_directories(report);
      break;
    case shells::Report::Kind::started:
      if (!once_started_.empty()) send(std::exchange(once_started_, {}));
      break;
    case shells::Report::Kind::unwinding:
      break;
  }
  events_.on_shell_report(report);
}

void LastingShell::greeted(const shells::Report& report) {
  start_timer_.cancel();
  failed_starts_ = 0;
  forget_.clear();
  last_words_.reset();
  killed_why_.clear();
  lost_directory_.clear();
  ready_ = true;
  take_directories(report);
  events_.on_shell_ready({.shell_pid = process_->pid(),
                          .shell_version = report.version,
                          .cwd = directories_.current,
                          .restarted = std::exchange(was_ready_, true)});
}

void LastingShell::on_shell_exit(const platform::ExitStatus& status) {
  process_.reset();
  once_started_.clear();
  start_timer_.cancel();
  close_timer_.cancel();
  if (!ready_) ++failed_starts_;
  ready_ = false;
  if (last_words_) take_directories(*last_words_);
  if (was_ready_ && !platform::check_enterable(directories_.current)) {
    lost_directory_ = std::exchange(directories_.current, "/");
  }
  events_.on_shell_lost(status);
  if (over_reason_) {
    events_.on_shell_over(*over_reason_);
  } else {
    replace();
  }
}

}  // namespace berth::host
