#pragma once

#include <functional>
#include <memory>

#include "service/core/execution.h"
#include "service/execution/output_answers.h"
#include "service/jobs/job_table.h"
#include "service/loop/loop.h"

namespace berth::execution {

/// Tells a waiting caller of its job: the place in the queue, then new output as it comes (the end
/// of it, where much comes at once). A few times a second at most. Until the returned handle is
/// destroyed; the referenced parts must outlive that. Core loop.
std::shared_ptr<void> tell_progress(loop::Loop& loop, jobs::JobTable& jobs, OutputAnswers& answers,
                                    const jobs::JobPointer& job,
                                    std::function<core::JobView(const jobs::Job&)> view,
                                    core::ProgressSink sink);

}  // namespace berth::execution
