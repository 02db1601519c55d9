#include "service/host/command.h"

#include <fmt/format.h>

#include <utility>

#include "service/core/ids.h"
#include "service/host/process_tree.h"
#include "service/platform/files.h"
#include "service/platform/pipes.h"
#include "service/shells/quoting.h"

namespace berth::host {
namespace {

std::string loss(std::string_view stream, const OutputDrain& drain) {
  if (!drain.error()) return {};
  return fmt::format("{} after byte {} was lost: {}. ", stream, drain.bytes(),
                     drain.error()->message);
}

}  // namespace

Command::Command(loop::Loop& loop, hostproto::Run run, std::shared_ptr<OutputFiles> files)
    : loop_(loop),
      run_(std::move(run)),
      files_(std::move(files)),
      nonce_(core::random_base32_128()) {}

core::Result<void> Command::check(const hostproto::Run& run) {
  if (run.command.size() > hostproto::kMaxCommandBytes) {
    return core::fail(core::ErrorCode::too_large,
                      fmt::format("command has {} bytes, at most {} are taken", run.command.size(),
                                  hostproto::kMaxCommandBytes),
                      "command");
  }
  if (run.command.find('\0') != std::string::npos) {
    return core::fail(core::ErrorCode::invalid_argument,
                      "command holds a NUL byte, which no shell can read", "command");
  }
  if (run.cwd.find('\0') != std::string::npos) {
    return core::fail(core::ErrorCode::invalid_argument, "cwd holds a NUL byte", "cwd");
  }
  for (const std::string& entry : run.env) {
    if (!shells::is_assignment(entry)) {
      return core::fail(
          core::ErrorCode::invalid_argument,
          fmt::format("env: {} is not a variable name", entry.substr(0, entry.find('='))), "env");
    }
  }
  return {};
}

core::Result<shells::CommandPlan> Command::begin(const Workspace& workspace,
                                                 const std::string& session_cwd,
                                                 std::function<void()> changed) {
  shells::CommandPlan plan;
  plan.nonce = nonce_;
  plan.script = workspace.script();
  plan.stdout_path = stdout_path_ = workspace.stdout_path();
  plan.stderr_path = stderr_path_ = workspace.stderr_path();
  plan.env = run_.env;
  plan.env.push_back(fmt::format("{}={}", kJobVariable, run_.job_id.str()));
  plan.cwd = run_.cwd;
  if (!plan.cwd.empty() && plan.cwd[0] != '/') plan.cwd = session_cwd + "/" + plan.cwd;

  if (auto written = platform::overwrite_file(plan.script, run_.command); !written) {
    return core::fail(written.error());
  }
  auto stdin_path = open_stdin(workspace);
  if (!stdin_path) return core::fail(stdin_path.error());
  plan.stdin_path = std::move(*stdin_path);
  auto out = workspace.open_output(stdout_path_);
  if (!out) return core::fail(out.error());
  auto err = workspace.open_output(stderr_path_);
  if (!err) return core::fail(err.error());
  stdout_.emplace(loop_, std::move(*out), files_->standard_output.get(), changed);
  stderr_.emplace(loop_, std::move(*err), files_->standard_error.get(), std::move(changed));
  begun_ = true;
  return plan;
}

void Command::empty_files() {
  const auto empty = [](const platform::Descriptor& file, bool& used, OutputDrain& drain) {
    if (!used) return;
    if (auto emptied = platform::empty_file(file.get()); !emptied) {
      return drain.refuse(emptied.error());
    }
    used = false;
  };
  empty(files_->standard_output, files_->output_used, *stdout_);
  empty(files_->standard_error, files_->error_used, *stderr_);
}

core::Result<std::string> Command::open_stdin(const Workspace& workspace) {
  const bool open = run_.stdin_mode == core::StdinMode::open;
  if (!open && run_.stdin_text.empty()) return std::string("/dev/null");
  const std::string path = workspace.stdin_path();
  if (auto removed = platform::remove_file(path); !removed) return core::fail(removed.error());
  if (!open) {
    if (auto written = platform::overwrite_file(path, run_.stdin_text); !written) {
      return core::fail(written.error());
    }
    return path;
  }
  if (auto made = platform::make_fifo(path); !made) return core::fail(made.error());
  auto fifo = platform::open_fifo_for_both(path);
  if (!fifo) return core::fail(fifo.error());
  input_.emplace(loop_, std::move(*fifo));
  input_->write(run_.stdin_text);
  return path;
}

void Command::started(core::Timestamp at) {
  started_at_ = at;
  if (input_) input_->opened();
}

void Command::feed(std::string_view bytes, bool eof) {
  if (!input_) return;
  input_->write(bytes);
  if (eof) input_->close_after_pending();
}

hostproto::Finished Command::finish(LateOutput& late, core::Timestamp at) {
  hostproto::Finished finished;
  finished.job_id = run_.job_id;
  finished.timed_out = timed_out;
  finished.started_at = started_at_.value_or(at);
  finished.finished_at = at;
  if (input_ && input_->dropped()) {
    finished.message += fmt::format("Input was dropped: more than {} bytes waited to be read. ",
                                    InputFeed::kMaxPendingBytes);
  }
  if (!begun_) {
    finished.stdout_inline.emplace();
    finished.stderr_inline.emplace();
    return finished;
  }
  close_output(*stdout_, stdout_path_, late);
  close_output(*stderr_, stderr_path_, late);
  // A write that failed may have left bytes that do not count.
  files_->output_used = files_->output_used || stdout_->bytes() > 0 || stdout_->error();
  files_->error_used = files_->error_used || stderr_->bytes() > 0 || stderr_->error();
  finished.stdout_bytes = stdout_->bytes();
  finished.stderr_bytes = stderr_->bytes();
  finished.message += loss("stdout", *stdout_) + loss("stderr", *stderr_);
  if (finished.stdout_bytes + finished.stderr_bytes <=
      static_cast<std::int64_t>(hostproto::kMaxInlineBytes)) {
    finished.stdout_inline = std::move(stdout_->head());
    finished.stderr_inline = std::move(stderr_->head());
  }
  return finished;
}

void Command::close_output(OutputDrain& drain, const std::string& path, LateOutput& late) {
  drain.finish();
  if (drain.ended()) return;
  // Someone still writes to this FIFO: the next command must not hear it.
  static_cast<void>(platform::remove_file(path));
  late.add(drain.take_fifo());
}

std::vector<std::string> Command::variable_names() const {
  std::vector<std::string> names{kJobVariable};
  for (const std::string& entry : run_.env) names.push_back(entry.substr(0, entry.find('=')));
  return names;
}

}  // namespace berth::host
