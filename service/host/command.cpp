#include "service/host/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "service/core/ids.h"
#include "service/host/process_tree.h"
#include "service/platform/files.h"
#include "service/shells/quoting.h"

namespace berth::host {
namespace {

constexpr std::size_t kMaxInputKeys = 256;

std::string loss(std::string_view name, const StreamFile& stream) {
  if (!stream.error()) return {};
  return fmt::format("{} after byte {} was lost: {}. ", name, stream.bytes(),
                     stream.error()->message);
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
                                                 std::shared_ptr<Tty> tty,
                                                 const std::string& session_cwd,
                                                 std::function<void()> changed) {
  shells::CommandPlan plan;
  plan.nonce = nonce_;
  plan.script = workspace.script();
  plan.env = run_.env;
  plan.env.push_back(fmt::format("{}={}", kJobVariable, run_.job_id.str()));
  plan.cwd = run_.cwd;
  plan.alone = run_.alone;
  if (!plan.cwd.empty() && plan.cwd[0] != '/') plan.cwd = session_cwd + "/" + plan.cwd;

  if (auto written = platform::overwrite_file(plan.script, run_.command); !written) {
    return core::fail(written.error());
  }
  auto streams = tty ? open_tty_streams(std::move(tty), run_, *files_, std::move(changed), plan)
                     : open_pipe_streams(loop_, workspace, run_, *files_, std::move(changed), plan);
  if (!streams) return core::fail(streams.error());
  streams_ = std::move(*streams);
  begun_ = true;
  for (const hostproto::Input& input : std::exchange(early_inputs_, {})) {
    // Within the bound of the feed, so it is taken, unless one of them was the end.
    static_cast<void>(streams_->feed(input.bytes, input.eof));
  }
  return plan;
}

void Command::empty_files() {
  const auto empty = [](const platform::Descriptor& file, bool& used, StreamFile& stream) {
    if (!used) return;
    if (auto emptied = platform::empty_file(file.get()); !emptied) {
      return stream.refuse(emptied.error());
    }
    used = false;
  };
  empty(files_->standard_output, files_->output_used, streams_->output());
  empty(files_->standard_error, files_->error_used, streams_->error());
}

void Command::started(core::Timestamp at) {
  started_at_ = at;
  streams_->started();
}

core::Result<void> Command::feed(const hostproto::Input& input, bool has_tty) {
  const bool may_take_input = has_tty || run_.stdin_mode == core::StdinMode::open;
  if (!input.key.empty() && std::ranges::find(input_keys_, input.key) != input_keys_.end()) {
    return {};
  }
  if (begun_ ? !streams_->takes_input() : !may_take_input) {
    return core::fail(core::ErrorCode::conflict,
                      "the command was started without open_stdin and without a tty", "job_id");
  }
  if (begun_) {
    if (auto fed = streams_->feed(input.bytes, input.eof); !fed) return fed;
  } else {
    if (early_bytes_ + input.bytes.size() > InputFeed::kMaxPendingBytes) {
      return core::fail(InputFeed::full());
    }
    early_bytes_ += input.bytes.size();
    early_inputs_.push_back(input);
  }
  if (!input.key.empty()) input_keys_.push_back(input.key);
  if (input_keys_.size() > kMaxInputKeys) input_keys_.pop_front();
  return {};
}

hostproto::Finished Command::finish(LateOutput& late, core::Timestamp at) {
  hostproto::Finished finished;
  finished.job_id = run_.job_id;
  finished.timed_out = timed_out;
  finished.started_at = started_at_.value_or(at);
  finished.finished_at = at;
  if (!begun_) {
    finished.stdout_inline.emplace();
    finished.stderr_inline.emplace();
    return finished;
  }
  streams_->finish(late);
  StreamFile& out = streams_->output();
  StreamFile& err = streams_->error();
  // A write that failed may have left bytes that do not count.
  files_->output_used = files_->output_used || out.bytes() > 0 || out.error();
  files_->error_used = files_->error_used || err.bytes() > 0 || err.error();
  finished.stdout_bytes = out.bytes();
  finished.stderr_bytes = err.bytes();
  finished.message += loss("stdout", out) + loss("stderr", err);
  if (finished.stdout_bytes + finished.stderr_bytes <=
      static_cast<std::int64_t>(hostproto::kMaxInlineBytes)) {
    finished.stdout_inline = std::move(out.head());
    finished.stderr_inline = std::move(err.head());
  }
  return finished;
}

std::vector<std::string> Command::variable_names() const {
  std::vector<std::string> names{kJobVariable};
  for (const std::string& entry : run_.env) names.push_back(entry.substr(0, entry.find('=')));
  return names;
}

}  // namespace berth::host
