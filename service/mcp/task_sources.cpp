#include "service/mcp/task_sources.h"

#include <utility>

namespace berth::mcp {

core::Result<TaskSource*> TaskSources::source_of(std::string_view id) const {
  if (TaskSource* source = sources_.find(id.substr(0, id.find('_')))) return source;
  return core::fail(core::ErrorCode::not_found, "there is no such task", "taskId");
}

void TaskSources::find(const core::Caller& caller, const std::string& id, Done<TaskView> done) {
  const auto source = source_of(id);
  if (!source) return done(core::fail(source.error()));
  (*source)->find(caller, id, std::move(done));
}

void TaskSources::wait(const core::Caller& caller, const std::string& id,
                       std::shared_ptr<core::Cancellation> cancel, Done<TaskView> done) {
  const auto source = source_of(id);
  if (!source) return done(core::fail(source.error()));
  (*source)->wait(caller, id, std::move(cancel), std::move(done));
}

void TaskSources::cancel(const core::Caller& caller, const std::string& id, Done<TaskView> done) {
  const auto source = source_of(id);
  if (!source) return done(core::fail(source.error()));
  (*source)->cancel(caller, id, std::move(done));
}

void TaskSources::list(const core::Caller& caller, std::string cursor,
                       Done<core::Page<TaskView>> done) {
  sources_.list<TaskView>(caller, std::move(cursor), std::move(done));
}

}  // namespace berth::mcp
