#include "service/host/shell_process.h"

#include <array>
#include <utility>

#include "service/core/ids.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr int kMaxLastReads =
    16;  // a pipe full; a process of the user's that floods it is not heard

/// The shell's end of the channel it takes its lines from, empty if it opens that itself, and ours.
core::Result<std::pair<platform::Descriptor, platform::Descriptor>> open_input(
    const shells::Dialect& dialect, const Workspace& workspace) {
  if (dialect.reads_stdin()) return platform::pipe_pair();
  auto ours = platform::open_fifo_for_both(workspace.shell_files().commands);
  if (!ours) return core::fail(ours.error());
  return std::pair(platform::Descriptor(), std::move(*ours));
}

std::vector<std::string> environment_for(const shells::Dialect& dialect,
                                         std::vector<std::string> env) {
  if (const std::string_view name = dialect.startup_variable(); !name.empty()) {
    std::erase_if(env, [&](const std::string& entry) {
      return entry.starts_with(name) && entry.substr(name.size(), 1) == "=";
    });
  }
  return env;
}

}  // namespace

core::Result<std::unique_ptr<ShellProcess>> ShellProcess::start(loop::Loop& loop,
                                                                const shells::Dialect& dialect,
                                                                const ShellStart& start,
                                                                const Workspace& workspace,
                                                                Events& events) {
  auto status = workspace.open_status();
  if (!status) return core::fail(status.error());
  auto input = open_input(dialect, workspace);
  if (!input) return core::fail(input.error());
  platform::SpawnOptions options;
  options.program = start.program;
  options.arguments = dialect.arguments(workspace.shell_files());
  options.environment = environment_for(dialect, start.env);
  options.directory = start.cwd;
  options.controlling_terminal = start.tty;
  if (input->first) options.descriptors = {{input->first.get(), 0}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());

  std::unique_ptr<ShellProcess> shell(
      new ShellProcess(loop, dialect, std::move(*child), std::move(*status), events));
  shell->input_fd_ = input->second.release();
  auto stream = loop::Stream::adopt(loop, shell->input_fd_);
  if (!stream) return core::fail(stream.error());
  shell->input_ = std::move(*stream);
  shell->send(
      dialect.greeting_lines(workspace.shell_files(), shell->nonce_, start.restore, start.forget));
  return shell;
}

ShellProcess::ShellProcess(loop::Loop& loop, const shells::Dialect& dialect, platform::Child child,
                           platform::Descriptor status, Events& events)
    : child_(std::move(child)),
      status_(std::move(status)),
      nonce_(core::random_base32_128()),
      reports_(dialect.report_reader()),
      events_(events),
      status_poller_(loop, status_.get()),
      exit_poller_(loop, child_.pidfd.get()) {
  reports_->expect({nonce_});
  status_poller_.watch(true, false, [this](bool, bool) { read_reports(); });
  exit_poller_.watch(true, false, [this](bool, bool) { exited(); });
}

ShellProcess::~ShellProcess() = default;

void ShellProcess::send(std::string lines) {
  if (input_) input_->write(std::move(lines));
}

void ShellProcess::expect(const std::string& nonce) {
  reports_->expect(nonce.empty() ? std::vector{nonce_} : std::vector{nonce_, nonce});
}

void ShellProcess::close_input() {
  input_.reset();
}

bool ShellProcess::input_consumed() const {
  return input_ == nullptr ||
         (input_->pending_bytes() == 0 && platform::bytes_waiting(input_fd_) == 0);
}

void ShellProcess::read_reports() {
  std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto read = platform::read_pipe(status_.get(), buffer);
  if (!read || read->bytes == 0) return;
  reports_->feed({buffer.data(), read->bytes},
                 [this](const shells::Report& report) { events_.on_report(report); });
}

void ShellProcess::exited() {
  // Its last words may still be in the FIFO, and they come before its end.
  for (int i = 0; i < kMaxLastReads && platform::bytes_waiting(status_.get()) > 0; ++i) {
    read_reports();
  }
  const auto status = platform::reap(child_.pid);
  if (!status && status.error().code == core::ErrorCode::conflict) return;  // not ended yet
  exit_poller_.stop();
  events_.on_shell_exit(status ? *status : platform::ExitStatus{});
}

}  // namespace berth::host
