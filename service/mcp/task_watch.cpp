#include "service/mcp/task_watch.h"

#include <utility>

namespace berth::mcp {

TaskWatch::~TaskWatch() {
  budget_->used -= found_.size();
  for (const Found& task : found_) task.cancel->cancel("nobody listens any more");
}

void TaskWatch::find(const core::Caller& caller, const std::string& id,
                     std::function<void(bool)> done) {
  tasks_.find(caller, id,
              [weak = weak_from_this(), caller, id,
               done = std::move(done)](const core::Result<TaskView>& task) {
                const auto self = weak.lock();
                if (!self) return;
                const bool exists = task && self->budget_->check(1);
                if (exists) {
                  ++self->budget_->used;
                  self->found_.push_back({caller, id});
                }
                done(exists);
              });
}

void TaskWatch::start() {
  const auto self = shared_from_this();  // whoever hears of an end may destroy it
  const std::vector<Found> found = found_;
  for (const Found& task : found) {
    tasks_.wait(task.caller, task.id, task.cancel,
                [weak = weak_from_this()](const core::Result<TaskView>& ended) {
                  // Without a result the service is stopping, which ends the listening by itself.
                  if (const auto watch = weak.lock(); watch && ended) watch->ended_(*ended);
                });
  }
}

}  // namespace berth::mcp
