#include "service/execution/progress_teller.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/core/text.h"
#include "service/loop/timer.h"

namespace berth::execution {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::size_t kMaxTextBytes = 4'096;

class ProgressTeller : public std::enable_shared_from_this<ProgressTeller> {
 public:
  ProgressTeller(loop::Loop& loop, const core::Clock& clock, OutputAnswers& answers,
                 jobs::JobPointer job, std::function<core::JobView(const jobs::Job&)> view,
                 core::ProgressSink sink)
      : clock_(clock),
        answers_(answers),
        job_(std::move(job)),
        view_(std::move(view)),
        sink_(std::move(sink)),
        timer_(loop) {}

  void watch(jobs::JobTable& jobs) {
    observer_ = jobs.observe(job_, [this](const jobs::Job&) { soon(); });
    soon();
  }

 private:
  void soon() {
    if (!timer_.active() && !reading_) timer_.start(kInterval, [this] { tell(); });
  }

  void tell() {
    if (job_->ending) return;  // the answer tells it all
    const core::JobView view = view_(*job_);
    if (view.position) return tell_place(*view.position, view.eta.value_or(core::Milliseconds(0)));
    read(core::OutputStream::standard_output, out_, job_->record.stdout_bytes);
    if (!reading_) read(core::OutputStream::standard_error, err_, job_->record.stderr_bytes);
    if (job_->awaiting_input && !std::exchange(told_awaiting_, true)) {
      say("the command seems to wait for input (send_input)");
    }
    told_awaiting_ = job_->awaiting_input;
  }

  void tell_place(std::int64_t position, core::Milliseconds eta) {
    if (std::exchange(told_position_, position) == position) return;
    say(fmt::format("waiting for a terminal: position {}, about {} s; run_background does not wait",
                    position, (eta.count() + 999) / 1'000));
  }

  void read(core::OutputStream stream, std::int64_t& told, std::int64_t total) {
    if (total <= told) return;
    reading_ = true;
    core::OutputRequest request;
    request.job_id = job_->record.id;
    request.stream = stream;
    request.offset = std::max(told, total - static_cast<std::int64_t>(kMaxTextBytes));
    request.limit = kMaxTextBytes;
    answers_.read(job_, request,
                  [weak = weak_from_this(), &told](core::Result<core::OutputView> output) {
                    const auto self = weak.lock();
                    if (!self) return;
                    self->reading_ = false;
                    if (!output || output->next_offset <= told) return;
                    told = output->next_offset;
                    self->say(core::to_readable_text(output->bytes));
                    self->soon();
                  });
  }

  void say(std::string message) {
    if (message.empty()) return;
    said_ = next_progress(job_->record.created_at, clock_.now(), said_);
    sink_({said_, std::move(message)});
  }

  const core::Clock& clock_;
  OutputAnswers& answers_;
  jobs::JobPointer job_;
  std::function<core::JobView(const jobs::Job&)> view_;
  core::ProgressSink sink_;
  loop::Timer timer_;
  std::shared_ptr<void> observer_;
  std::int64_t out_ = 0;
  std::int64_t err_ = 0;
  std::int64_t told_position_ = 0;
  double said_ = 0;
  bool told_awaiting_ = false;
  bool reading_ = false;
};

}  // namespace

double next_progress(core::Timestamp begun, core::Timestamp now, double told) {
  constexpr double kLeastStep = 0.001;
  return std::max(std::chrono::duration<double>(now - begun).count(), told + kLeastStep);
}

std::shared_ptr<void> tell_progress(loop::Loop& loop, const core::Clock& clock,
                                    jobs::JobTable& jobs, OutputAnswers& answers,
                                    const jobs::JobPointer& job,
                                    std::function<core::JobView(const jobs::Job&)> view,
                                    core::ProgressSink sink) {
  auto teller =
      std::make_shared<ProgressTeller>(loop, clock, answers, job, std::move(view), std::move(sink));
  teller->watch(jobs);
  return teller;
}

}  // namespace berth::execution
