#include "service/tools/job_result.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/views.h"

namespace berth::tools {

const std::string_view kJobSchema = R"({
"type":"object",
"properties":{
"job_id":{"type":"string"},
"session_id":{"type":"string"},
"request_id":{"type":"string"},
"state":{"type":"string","enum":["queued","running","succeeded","failed","cancelled","timed_out","lost"]},
"exit_code":{"type":"integer"},
"signal":{"type":"string","description":"The signal that ended it"},
"stdout":{"type":"string"},
"stderr":{"type":"string"},
"stdout_bytes":{"type":"integer","description":"All there is, shown or not"},
"stderr_bytes":{"type":"integer"},
"truncated":{"type":"boolean","description":"Something was left out; read_output reads it"},
"cwd":{"type":"string","description":"Directory after the command"},
"duration_ms":{"type":"integer"},
"awaiting_input":{"type":"boolean"},
"position":{"type":"integer","description":"Place in the queue, from 1"},
"eta_ms":{"type":"integer"},
"message":{"type":"string"},
"created_at":{"type":"string"},
"started_at":{"type":"string"},
"finished_at":{"type":"string"},
"analysis":{"type":"string"}},
"required":["job_id","state","stdout","stderr","stdout_bytes","stderr_bytes","truncated","cwd","duration_ms","created_at"]})";

const std::string_view kOkSchema =
    R"({"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]})";

namespace {

std::string readable(core::Milliseconds duration) {
  const auto count = duration.count();
  return count < 10'000 ? fmt::format("{} ms", count)
                        : fmt::format("{:.1f} s", static_cast<double>(count) / 1000);
}

std::string outcome(const core::JobView& view) {
  const core::JobRecord& job = view.job;
  if (job.state == core::JobState::queued) {
    std::string text = "queued";
    if (view.position) text += fmt::format(" at position {}", *view.position);
    if (view.eta) text += fmt::format(", about {}", readable(*view.eta));
    return text;
  }
  if (job.state == core::JobState::running) {
    return fmt::format("running for {}", readable(view.duration));
  }
  std::string text(core::to_string(job.state));
  if (!job.signal.empty()) {
    text += fmt::format(" ({})", job.signal);
  } else if (job.exit_code) {
    text += fmt::format(" (exit {})", *job.exit_code);
  }
  return text + fmt::format(" in {}", readable(view.duration));
}

void append_block(std::string& text, std::string_view block) {
  if (block.empty()) return;
  if (!text.ends_with('\n')) text += '\n';
  text += block;
}

/// What the agent can do about what it does not see here.
void append_hints(std::string& text, const core::JobView& view) {
  const core::JobRecord& job = view.job;
  if (view.truncated) {
    append_block(text, fmt::format("[Left out output ({} bytes stdout, {} bytes stderr in all): "
                                   "read_output {} with stream and offset, tail_lines or grep]",
                                   job.stdout_bytes, job.stderr_bytes, job.id.str()));
  }
  if (core::is_final(job.state)) return;
  if (view.awaiting_input) {
    append_block(text, fmt::format("[It seems to wait for input]\n[send_input {} answers it with "
                                   "text or keys, or ends the input with eof]",
                                   job.id.str()));
  }
  append_block(text, fmt::format("[It goes on by itself: get_job {} with wait_ms waits for it, "
                                 "interrupt stops it]",
                                 job.id.str()));
}

}  // namespace

std::string job_status_line(const core::JobView& view) {
  std::string line = outcome(view);
  if (const auto cwd = core::current_cwd(view.job); !cwd.empty()) {
    line += fmt::format(", cwd {}", cwd);
  }
  return line + fmt::format(", job {}", view.job.id.str());
}

mcp::ToolResult job_result(const core::JobView& view) {
  mcp::ToolResult result;
  result.text = job_status_line(view);
  if (!view.job.message.empty()) append_block(result.text, "note: " + view.job.message);
  append_block(result.text, view.stdout_text);
  if (!view.stderr_text.empty()) {
    append_block(result.text, "--- stderr ---");
    append_block(result.text, view.stderr_text);
  }
  append_hints(result.text, view);
  core::JsonWriter json;
  core::write_job(json, view, true);
  result.structured = json.str();
  return result;
}

core::Execution::Done<core::JobView> answer_with_job(mcp::ToolDone done) {
  return [done = std::move(done)](const core::Result<core::JobView>& view) {
    done(view.map(job_result));
  };
}

core::Execution::Done<void> answer_with_ok(std::string text, mcp::ToolDone done) {
  return [text = std::move(text), done = std::move(done)](const core::Result<void>& ended) {
    done(ended.map([&] { return mcp::ToolResult{text, R"({"ok":true})", false, {}}; }));
  };
}

}  // namespace berth::tools
