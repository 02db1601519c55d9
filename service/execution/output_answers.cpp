#include "service/execution/output_answers.h"

#include <utility>

namespace berth::execution {
namespace {

using core::OutputStream;

void show(core::JobView& view, const jobs::Excerpt& output, const jobs::Excerpt& error) {
  view.stdout_text = output.text;
  view.stderr_text = error.text;
  view.truncated = output.truncated || error.truncated;
  if (core::is_final(view.job.state)) return;
  // A running job's counts come from its files: progress is told now and then only.
  view.job.stdout_bytes = output.total_bytes;
  view.job.stderr_bytes = error.total_bytes;
}

}  // namespace

void OutputAnswers::answer(const jobs::Job& job, core::JobView view, std::size_t max_output_bytes,
                           core::Execution::Done<core::JobView> done) const {
  if (job.whole_stdout && job.whole_stderr) {
    const core::JobId& id = job.record.id;
    show(view,
         jobs::make_excerpt(*job.whole_stdout, id, OutputStream::standard_output, max_output_bytes),
         jobs::make_excerpt(*job.whole_stderr, id, OutputStream::standard_error, max_output_bytes));
    return done(std::move(view));
  }
  read_files(std::move(view), max_output_bytes, std::move(done));
}

void OutputAnswers::answer(core::JobRecord record, std::size_t max_output_bytes,
                           core::Execution::Done<core::JobView> done) const {
  core::JobView view;
  if (record.started_at && record.finished_at) {
    view.duration = *record.finished_at - *record.started_at;
  }
  view.job = std::move(record);
  read_files(std::move(view), max_output_bytes, std::move(done));
}

void OutputAnswers::read_files(core::JobView view, std::size_t max_output_bytes,
                               core::Execution::Done<core::JobView> done) const {
  if (!view.job.dispatched) return done(std::move(view));  // it never ran: nothing to read
  workers_.run<core::JobView>(
      [this, view = std::move(view), max_output_bytes]() mutable -> core::Result<core::JobView> {
        const auto output = jobs::read_excerpt(spool_, view.job.id, OutputStream::standard_output,
                                               max_output_bytes);
        if (!output) return core::fail(output.error());
        const auto error =
            jobs::read_excerpt(spool_, view.job.id, OutputStream::standard_error, max_output_bytes);
        if (!error) return core::fail(error.error());
        show(view, *output, *error);
        return std::move(view);
      },
      std::move(done));
}

void OutputAnswers::read(core::OutputRequest request, bool ended,
                         core::Execution::Done<core::OutputView> done) const {
  workers_.run<core::OutputView>(
      [this, request = std::move(request), ended] {
        return jobs::read_output(spool_, request, jobs::OutputState{ended});
      },
      std::move(done));
}

}  // namespace berth::execution
