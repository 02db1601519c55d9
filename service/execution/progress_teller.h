#pragma once

#include <functional>
#include <memory>

#include "service/core/execution.h"
#include "service/core/time.h"
#include "service/execution/output_answers.h"
#include "service/jobs/job_table.h"
#include "service/loop/loop.h"

namespace berth::execution {

/// The progress to tell next of a call that `begun` then: how many seconds ago that was, but more
/// than was `told` last. So it rises for a client also over a restart of the service, which does
/// not know what was told before.
double next_progress(core::Timestamp begun, core::Timestamp now, double told);

/// Tells a waiting caller of its job: the place in the queue, then new output as it comes (the end
/// of it, where much comes at once). A few times a second at most. Until the returned handle is
/// destroyed; the referenced parts must outlive that. Core loop.
std::shared_ptr<void> tell_progress(loop::Loop& loop, const core::Clock& clock,
                                    jobs::JobTable& jobs, OutputAnswers& answers,
                                    const jobs::JobPointer& job,
                                    std::function<core::JobView(const jobs::Job&)> view,
                                    core::ProgressSink sink);

}  // namespace berth::execution
