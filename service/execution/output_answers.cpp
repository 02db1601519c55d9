#include "service/execution/output_answers.h"

#include <utility>

namespace berth::execution {
namespace {

using core::OutputStream;

core::Result<jobs::Excerpt> excerpt_of(const jobs::Spool& spool, const core::JobRecord& job,
                                       OutputStream stream, std::size_t limit) {
  const auto source = jobs::OutputSource::open(spool, job, stream);
  if (!source) return core::fail(source.error());
  return jobs::read_excerpt(*source, job.id, stream, limit);
}

core::Result<core::JobView> with_output(const jobs::Spool& spool, core::JobView view,
                                        std::size_t limit) {
  const auto output = excerpt_of(spool, view.job, OutputStream::standard_output, limit);
  if (!output) return core::fail(output.error());
  const auto error = excerpt_of(spool, view.job, OutputStream::standard_error, limit);
  if (!error) return core::fail(error.error());
  view.stdout_text = output->text;
  view.stderr_text = error->text;
  view.truncated = output->truncated || error->truncated;
  if (core::is_final(view.job.state)) return view;
  // A running job's counts come from its files: progress is told now and then only.
  view.job.stdout_bytes = output->total_bytes;
  view.job.stderr_bytes = error->total_bytes;
  return view;
}

/// As far as reading goes, a job has run once its host's files are its own.
core::JobRecord readable(const jobs::Job& job, core::JobRecord record) {
  record.dispatched = record.dispatched && (job.begun || core::is_final(record.state));
  return record;
}

bool needs_file(const core::JobRecord& job) {
  return job.dispatched && !(job.stdout_whole && job.stderr_whole);
}

}  // namespace

void OutputAnswers::answer(const jobs::JobPointer& job,
                           std::function<core::JobView(const jobs::Job&)> view,
                           std::size_t max_output_bytes,
                           core::Execution::Done<core::JobView> done) const {
  if (core::is_final(job->record.state)) return fill_in(view(*job), max_output_bytes, done);
  core::JobView now = view(*job);
  now.job = readable(*job, std::move(now.job));
  fill_in(std::move(now), max_output_bytes,
          [this, job, view, max_output_bytes, done](core::Result<core::JobView> running) {
            if (!core::is_final(job->record.state)) return done(std::move(running));
            // It ended while its files were read: they may have been the next command's already.
            fill_in(view(*job), max_output_bytes, done);
          });
}

void OutputAnswers::answer(core::JobRecord record, std::size_t max_output_bytes,
                           core::Execution::Done<core::JobView> done) const {
  core::JobView view;
  if (record.started_at && record.finished_at) {
    view.duration = *record.finished_at - *record.started_at;
  }
  view.job = std::move(record);
  fill_in(std::move(view), max_output_bytes, std::move(done));
}

void OutputAnswers::fill_in(core::JobView view, std::size_t max_output_bytes,
                            core::Execution::Done<core::JobView> done) const {
  if (!needs_file(view.job)) return done(with_output(spool_, std::move(view), max_output_bytes));
  workers_.run<core::JobView>(
      [this, view = std::move(view), max_output_bytes] {
        return with_output(spool_, view, max_output_bytes);
      },
      std::move(done));
}

void OutputAnswers::read(const jobs::JobPointer& job, core::OutputRequest request,
                         core::Execution::Done<core::OutputView> done) const {
  if (core::is_final(job->record.state)) return read(job->record, std::move(request), done);
  read(readable(*job, job->record), request,
       [this, job, request, done](core::Result<core::OutputView> running) {
         if (!core::is_final(job->record.state)) return done(std::move(running));
         read(job->record, request, done);  // as in answer()
       });
}

void OutputAnswers::read(core::JobRecord record, core::OutputRequest request,
                         core::Execution::Done<core::OutputView> done) const {
  workers_.run<core::OutputView>(
      [this, record = std::move(record),
       request = std::move(request)]() -> core::Result<core::OutputView> {
        const auto source = jobs::OutputSource::open(spool_, record, request.stream);
        if (!source) return core::fail(source.error());
        return jobs::read_output(*source, request, core::is_final(record.state));
      },
      std::move(done));
}

}  // namespace berth::execution
