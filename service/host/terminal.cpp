#include "service/host/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/ids.h"
#include "service/core/time.h"
#include "service/host/process_tree.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "service/shells/quoting.h"

namespace berth::host {
namespace {

constexpr std::chrono::milliseconds kProgressInterval{50};

core::Timestamp now() {
  return core::SystemClock().now();
}

}  // namespace

core::Result<std::unique_ptr<Terminal>> Terminal::create(loop::Loop& loop,
                                                         const hostproto::Configure& settings,
                                                         Events& events) {
  const shells::Dialect* dialect = shells::find_dialect(settings.shell);
  if (dialect == nullptr) {
    return core::fail(
        core::ErrorCode::unsupported,
        fmt::format("shell {} is not one of: {}", settings.shell, shells::dialect_names()),
        "shell");
  }
  auto workspace = Workspace::create(*dialect);
  if (!workspace) return core::fail(workspace.error());
  std::unique_ptr<Terminal> terminal(
      new Terminal(loop, *dialect, std::move(*workspace), settings, events));
  if (auto started = terminal->shell_.start(); !started) return core::fail(started.error());
  Workspace::remove_abandoned();  // while the shell gets ready
  return terminal;
}

Terminal::Terminal(loop::Loop& loop, const shells::Dialect& dialect, Workspace workspace,
                   const hostproto::Configure& settings, Events& events)
    : loop_(loop),
      events_(events),
      shell_(loop, dialect, std::move(workspace), settings, *this),
      late_(loop),
      stopper_(
          loop, [this] { ask_again(); },
          [this] { shell_.kill("the command could not be stopped otherwise"); }),
      watch_(loop, {.silent = [this] { return !command_->is_started(); },
                    .overdue = [this] { return first_done_ || command_->outputs_ended(); },
                    .read_all = [this] { return shell_.input_consumed(); },
                    .ask = [this] { ask_again(); },
                    .lost = [this] { shell_.kill("it no longer answered"); }}),
      input_watch_(loop, {.waits = [this] { return command_waits_for_input(); },
                          .changed = [this] { tell_progress(); }}),
      timeout_timer_(loop),
      progress_timer_(loop),
      sweeper_(loop) {}

Terminal::~Terminal() = default;

// --- The shell ---

void Terminal::on_shell_ready(const hostproto::Ready& ready) {
  events_.on_ready(ready);
  stopper_.rest(shell_.pid());
  begin_waiting();
}

void Terminal::on_shell_report(const shells::Report& report) {
  if (report.kind == shells::Report::Kind::unwinding) return stopper_.unwinding(report.status);
  const bool started = report.kind == shells::Report::Kind::started;
  if (preparation_ && preparation_->begun) {
    if (started) {
      preparation_->worked = true;
      return;
    }
    std::optional<core::Error> error;
    if (!preparation_->worked) {
      error = {core::ErrorCode::invalid_argument, "the shell did not take the directory", "cwd",
               std::nullopt};
    }
    return preparation_done(std::move(error));
  }
  if (!command_) return;
  if (started) {
    command_started();
  } else {
    command_done(report);
  }
}

void Terminal::on_shell_lost(const platform::ExitStatus& status) {
  if (command_ && command_->begun()) shell_lost_command(status);
  if (preparation_ && preparation_->begun) {
    preparation_done(
        core::Error{core::ErrorCode::terminal_failed, "the shell ended", {}, std::nullopt});
  }
}

void Terminal::on_shell_over(const std::string& reason) {
  ending_ = true;
  end_reason_ = reason;
  sweep();
}

void Terminal::begin_waiting() {
  if (!shell_.ready() || ending_) return;
  if (preparation_) {
    if (!preparation_->begun) begin_preparation();
  } else if (command_ && !command_->begun()) {
    begin_command();
  }
}

// --- Commands ---

core::Result<void> Terminal::check(const hostproto::Run& run) const {
  if (ending_) return core::fail(core::ErrorCode::conflict, "the terminal is being ended");
  if (command_) {
    return core::fail(core::ErrorCode::conflict, "the terminal runs another command");
  }
  if (auto checked = Command::check(run); !checked) return checked;
  if (run.cwd.empty()) return {};
  return platform::check_enterable(
      run.cwd[0] == '/' ? run.cwd : shell_.directories().current + "/" + run.cwd);
}

void Terminal::run(hostproto::Run run, std::shared_ptr<OutputFiles> files) {
  command_ = std::make_unique<Command>(loop_, std::move(run), std::move(files));
  begin_waiting();
}

void Terminal::begin_command() {
  const auto plan = command_->begin(shell_.workspace(), shell_.tty(), shell_.directories().current,
                                    [this] { output_changed(); });
  if (!plan) {
    hostproto::Finished finished = command_->finish(late_, now());
    finished.message += fmt::format("The command was not started: {}.", plan.error().message);
    // The private folder is gone or full: the next shell gets a new one.
    shell_.kill("its private folder can't be used");
    finish_command(std::move(finished));
    return;
  }
  home_ = plan->cwd.empty() ? shells::Directories{} : shell_.directories();
  first_done_.reset();
  told_stdout_ = told_stderr_ = 0;
  told_awaiting_ = false;
  stopper_.begin(shell_.pid(), command_->run().job_id.str());
  watch_.begin();
  report_nonce_ = plan->nonce;
  shell_.expect(report_nonce_);
  shell_.send(shell_.dialect().command_lines(shell_.workspace().shell_files(), *plan, home_));
  command_->empty_files();
  if (const core::Milliseconds limit = command_->run().timeout; limit.count() > 0) {
    timeout_timer_.start(limit, [this] {
      command_->timed_out = true;
      stopper_.stop_for_good(core::StopMode::interrupt);
    });
  }
}

void Terminal::command_started() {
  if (command_->is_started()) return;
  const core::Timestamp at = now();
  command_->started(at);
  if (command_->takes_input()) input_watch_.begin();
  events_.on_started({command_->run().job_id, at});
}

void Terminal::command_done(const shells::Report& report) {
  if (stopper_.stopped() && !first_done_) {
    // Under a new name: answers to earlier questions must not be taken for the one that counts.
    first_done_ = report;
    timeout_timer_.cancel();
    report_nonce_ = core::random_base32_128();
    shell_.expect(report_nonce_);
    stopper_.settle();
    return;
  }
  const bool started = command_->is_started();
  hostproto::Finished finished = command_->finish(late_, now());
  stopper_.tell_end(first_done_ ? first_done_->status : report.status, finished);
  if (!started) finished.message += "The shell did not start the command.";
  finish_command(std::move(finished));
}

/// The shell ended while a command was running: `exit`, `exec`, `set -e`, a signal, or us.
void Terminal::shell_lost_command(const platform::ExitStatus& status) {
  hostproto::Finished finished = command_->finish(late_, now());
  finished.shell_restarted = !ending_;
  if (status.signal != 0) {
    finished.signal = platform::signal_name(status.signal);
  } else if (shell_.last_words()) {
    finished.exit_code = shell_.last_words()->status;
  } else {
    finished.exit_code = status.exit_code;
  }
  if (!shell_.killed_why().empty()) {
    finished.message += fmt::format("The shell was killed: {}. ", shell_.killed_why());
  }
  if (!ending_) finished.message += restart_note();
  shell_.forget(command_->variable_names());
  finish_command(std::move(finished));
}

std::string Terminal::restart_note() const {
  const std::string& gone = shell_.lost_directory();
  return fmt::format(
      "{}A new shell was started in {}{}; {}.",
      shell_.killed_why().empty() ? "The command ended its shell. " : "",
      shell_.directories().current, gone.empty() ? "" : fmt::format(" ({} is gone)", gone),
      shell_.last_words() ? shell_.dialect().kept_over_exit()
                          : "variables, functions and aliases set in this session are lost");
}

void Terminal::finish_command(hostproto::Finished finished) {
  stopper_.end();
  watch_.end();
  input_watch_.end();
  timeout_timer_.cancel();
  progress_timer_.cancel();
  finished.cwd = shell_.directories().current;
  if (finished.message.ends_with(' ')) finished.message.pop_back();
  command_.reset();
  shell_.expect({});
  events_.on_finished(std::move(finished));
  if (const int shell = shell_.pid(); shell != 0) stopper_.rest(shell);
  if (ending_ && !command_) shell_.close(end_reason_);
}

void Terminal::output_changed() {
  input_watch_.stirred();
  tell_progress();
}

void Terminal::tell_progress() {
  if (progress_timer_.active()) return;
  progress_timer_.start(kProgressInterval, [this] {
    if (!command_) return;
    const std::int64_t out = command_->stdout_bytes();
    const std::int64_t err = command_->stderr_bytes();
    const bool awaiting = input_watch_.awaiting();
    if (out == told_stdout_ && err == told_stderr_ && awaiting == told_awaiting_) return;
    told_stdout_ = out;
    told_stderr_ = err;
    told_awaiting_ = awaiting;
    events_.on_progress({command_->run().job_id, out, err, awaiting});
  });
}

bool Terminal::command_waits_for_input() const {
  constexpr std::size_t kMaxProcesses = 256;
  if (!command_ || !command_->is_started()) return false;
  auto pids = all_processes(0);  // with the shell, which may be the reader itself
  if (pids.size() > kMaxProcesses) pids.resize(kMaxProcesses);
  return command_->is_awaited_by(pids);
}

core::Result<void> Terminal::input(const hostproto::Input& input) {
  if (!command_ || command_->run().job_id != input.job_id) {
    return core::fail(core::ErrorCode::conflict, "the command has ended", "job_id");
  }
  auto fed = command_->feed(input, shell_.tty() != nullptr);
  if (fed) input_watch_.stirred();
  return fed;
}

hostproto::Running Terminal::running() const {
  hostproto::Running running;
  running.cwd = shell_.directories().current;
  if (command_) {
    running.job_id = command_->run().job_id;
    running.stdout_bytes = command_->stdout_bytes();
    running.stderr_bytes = command_->stderr_bytes();
  }
  return running;
}

// --- Preparing a session ---

void Terminal::prepare(hostproto::Prepare request) {
  const auto refuse = [this](core::Error error) {
    events_.on_prepared({std::move(error), shell_.directories().current});
  };
  if (command_ || preparation_ || ending_) {
    return refuse({core::ErrorCode::conflict, "the terminal is busy", {}, std::nullopt});
  }
  if (!request.cwd.empty()) {
    if (auto checked = platform::check_enterable(request.cwd); !checked) {
      return refuse(checked.error());
    }
  }
  preparation_ = Preparation{std::move(request), core::random_base32_128()};
  begin_waiting();
}

void Terminal::begin_preparation() {
  preparation_->begun = true;
  if (auto limited = shell_.set_limits(); !limited) return preparation_done(limited.error());
  shell_.expect(preparation_->nonce);
  shell_.send(shell_.dialect().prepare_lines(shell_.workspace().shell_files(), preparation_->nonce,
                                             preparation_->request.cwd));
}

void Terminal::preparation_done(std::optional<core::Error> error) {
  preparation_.reset();
  shell_.expect({});
  events_.on_prepared({std::move(error), shell_.directories().current});
  begin_waiting();
}

// --- Stopping ---

void Terminal::interrupt(const core::JobId& job, core::StopMode how) {
  if (!command_ || how == core::StopMode::after_command) return;
  if (!job.empty() && command_->run().job_id != job) return;
  if (command_->begun()) return stopper_.stop(how);
  abandon_command("The command was stopped before it began.");
}

void Terminal::ask_again() {
  if (!command_) return;
  shell_.send(
      shell_.dialect().report_lines(shell_.workspace().shell_files(), report_nonce_, home_));
}

/// Ends a command that still waits for its shell.
void Terminal::abandon_command(std::string message) {
  hostproto::Finished finished = command_->finish(late_, now());
  finished.message = std::move(message);
  finish_command(std::move(finished));
}

void Terminal::end(core::StopMode mode, std::string reason) {
  const bool kill = mode == core::StopMode::kill;
  if (!ending_) end_reason_ = std::move(reason);
  ending_ = true;
  if (kill) {
    sweep_gently_ = false;
    if (shell_.pid() == 0) return sweep();
    return shell_.kill_for_good(end_reason_);
  }
  if (preparation_ && !preparation_->begun) {
    preparation_done(
        core::Error{core::ErrorCode::conflict, "the terminal was ended", {}, std::nullopt});
  }
  if (!command_) return shell_.close(end_reason_);
  if (!command_->begun())
    return abandon_command("The terminal was ended before the command began.");
  if (mode != core::StopMode::after_command) stopper_.stop_for_good(mode);
}

void Terminal::sweep() {
  sweeper_.sweep(sweep_gently_, [this] { events_.on_over(end_reason_); });
}

}  // namespace berth::host
