#include "service/jobs/retention.h"

#include <utility>

#include "service/runtime/log.h"

namespace berth::jobs {
namespace {

constexpr std::chrono::minutes kLookInterval{1};
constexpr std::chrono::milliseconds kNextStep{50};
constexpr std::size_t kPerStep = 200;

}  // namespace

Retention::Retention(loop::Loop& loop, core::ChangeLog& log, core::Queries& queries,
                     runtime::WorkerPool& workers, const Spool& spool, const core::Clock& clock,
                     RetentionLimits limits)
    : log_(log),
      queries_(queries),
      workers_(workers),
      spool_(spool),
      clock_(clock),
      limits_(limits),
      timer_(loop) {}

void Retention::start() {
  timer_.start(kNextStep, [this] { look(); });
}

void Retention::look() {
  const core::JobRetention keep{clock_.now() - limits_.keep_for, limits_.max_count,
                                limits_.max_bytes};
  queries_.excess_jobs(keep, kPerStep, [this](core::Result<std::vector<core::JobId>> ids) {
    if (!ids) {
      runtime::log_warning("jobs", "old jobs can't be found").with("error", ids.error().message);
    }
    const bool more = ids && ids->size() == kPerStep;
    if (ids && !ids->empty()) remove(std::move(*ids));
    timer_.start(more ? core::Milliseconds(kNextStep) : core::Milliseconds(kLookInterval),
                 [this] { look(); });
  });
}

/// The files first: a row without them is removed by the next look, files without a row by nobody.
void Retention::remove(std::vector<core::JobId> ids) {
  workers_.run<void>(
      [this, ids]() -> core::Result<void> {
        for (const core::JobId& id : ids) {
          if (auto removed = spool_.remove(id); !removed) return removed;
        }
        return {};
      },
      [this, ids](const core::Result<void>& removed) {
        if (!removed) {
          runtime::log_warning("jobs", "output of old jobs can't be removed")
              .with("error", removed.error().message);
          return;
        }
        core::ChangeSet set;
        for (const core::JobId& id : ids) set.add(core::JobErasure{id});
        log_.commit(std::move(set), nullptr);
      });
}

void Retention::purge(const core::JobId& id, std::function<void(core::Result<void>)> done) {
  workers_.run<void>([this, id] { return spool_.remove(id); },
                     [this, id, done = std::move(done)](core::Result<void> removed) {
                       if (!removed) return done(std::move(removed));
                       core::ChangeSet set;
                       set.durability = core::Durability::durable;
                       set.add(core::JobErasure{id, core::JobErasure::What::contents});
                       log_.commit(std::move(set), done);
                     });
}

}  // namespace berth::jobs
