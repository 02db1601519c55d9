// diagnose_failing_command: all that is known of a command that failed, and the question why.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/prompts/prompts.h"

namespace berth::prompts {
namespace {

/// Of each stream; enough for the end of a long build.
constexpr std::size_t kOutputBytes = 16'384;

/// Refused by its host or before it had one: `message` says why.
bool never_started(const core::JobRecord& job) {
  return job.state == core::JobState::failed && !job.exit_code && job.signal.empty();
}

std::string end_of(const core::JobRecord& job) {
  if (never_started(job)) return "could not be started";
  if (!job.signal.empty()) return fmt::format("was ended by {}", job.signal);
  if (job.exit_code) return fmt::format("ended with exit code {}", *job.exit_code);
  return fmt::format("is {}", core::to_string(job.state));
}

void add_block(std::string& text, std::string_view title, std::string_view content) {
  if (content.empty()) return;
  // A fence that the content can't close.
  std::string fence = "```";
  while (content.find(fence) != std::string_view::npos) fence += '`';
  text += fmt::format("\n{}:\n{}\n{}{}{}\n", title, fence, content,
                      content.ends_with('\n') ? "" : "\n", fence);
}

std::string question(const core::JobView& view) {
  const core::JobRecord& job = view.job;
  const std::string directory = job.cwd.empty() ? job.cwd_after : job.cwd;
  std::string text =
      fmt::format("This command {}{} ({}, job {}).\n", end_of(job),
                  job.state == core::JobState::timed_out ? " when its time was up" : "", job.shell,
                  job.id.str());
  add_block(text, directory.empty() ? "Command" : "Command, in " + directory,
            core::to_readable_text(job.command));
  if (!job.message.empty()) {
    text += fmt::format("\n{}{}\n", never_started(job) ? "Why it could not be started: " : "",
                        core::to_readable_text(job.message));
  }
  add_block(text, "Standard error", view.stderr_text);
  add_block(text, "Standard output", view.stdout_text);
  if (view.truncated) {
    text += fmt::format(
        "\nThe output is cut; read_output with job_id={} reads the rest (offset, tail_lines, "
        "grep).\n",
        job.id.str());
  }
  text +=
      "\nFind out why it failed. Say what the cause is and which lines show it, before you change "
      "anything; look at the files and run further commands if that is needed to be sure. Then "
      "propose the smallest change that mends it, and run the command again to show that it "
      "does.\n";
  return text;
}

void answer(const core::Result<core::JobView>& view, const mcp::PromptDone& done) {
  if (!view) return done(core::fail(view.error()));
  const core::JobState state = view->job.state;
  if (!core::is_final(state) || state == core::JobState::succeeded) {
    return done(core::fail(core::ErrorCode::invalid_argument,
                           fmt::format("job {} has not failed, it is {}; name one that has",
                                       view->job.id.str(), core::to_string(state)),
                           "job_id"));
  }
  done(mcp::PromptResult{fmt::format("Diagnose job {}", view->job.id.str()),
                         {{"user", question(*view)}}});
}

void show(core::Execution& execution, const core::Caller& caller, const core::JobId& id,
          mcp::PromptDone done) {
  execution.get_job(
      caller, id, core::Milliseconds(0), kOutputBytes, nullptr,
      [done = std::move(done)](const core::Result<core::JobView>& view) { answer(view, done); });
}

/// The client's last failed command.
void show_last(core::Execution& execution, const core::Caller& caller, mcp::PromptDone done) {
  core::ListFilter filter;
  filter.state = core::to_string(core::JobState::failed);
  filter.client_id = caller.client_id;
  filter.limit = 1;
  execution.list_jobs(
      caller, std::move(filter),
      [&execution, caller,
       done = std::move(done)](const core::Result<core::Page<core::JobView>>& page) {
        if (!page) return done(core::fail(page.error()));
        if (page->items.empty()) {
          return done(core::fail(core::ErrorCode::not_found,
                                 "no command of this client has failed; name one by job_id",
                                 "job_id"));
        }
        show(execution, caller, page->items.front().job.id, done);
      });
}

}  // namespace

core::Result<void> add_diagnose_failing_command(mcp::PromptSet& prompts, core::Execution& execution,
                                                core::Resources& resources) {
  mcp::Prompt prompt;
  prompt.name = "diagnose_failing_command";
  prompt.title = "Diagnose a failing command";
  prompt.description =
      "Shows a command that failed with its output and directory, and asks for the cause and the "
      "smallest change that mends it.";
  prompt.arguments = {
      {"job_id", "The job of the command; without it the last one that failed", false}};
  return prompts.add(
      std::move(prompt),
      [&execution](const mcp::CallContext& context, const mcp::PromptArguments& arguments,
                   mcp::PromptDone done) {
        const auto given = arguments.find("job_id");
        if (given == arguments.end()) return show_last(execution, context.caller, std::move(done));
        const auto id = core::JobId::parse(given->second, "job_id");
        if (!id) return done(core::fail(id.error()));
        show(execution, context.caller, *id, std::move(done));
      },
      [&resources](const core::Caller& caller, const std::string& argument,
                   const std::string& value, mcp::CompletionDone done) {
        resources.complete(caller, "berth://jobs/{job_id}/stdout", argument, value,
                           std::move(done));
      });
}

}  // namespace berth::prompts
