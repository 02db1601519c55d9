#include "service/mcp/task_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace berth::mcp {

void TaskSources::add(std::string kind, TaskSource& source) {
  sources_.push_back({std::move(kind), &source});
}

core::Result<TaskSource*> TaskSources::source_of(std::string_view id) const {
  const auto found = std::ranges::find(sources_, id.substr(0, id.find('_')), &Source::kind);
  if (found != sources_.end()) return found->tasks;
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

/// A cursor is the number of the source and that source's cursor.
void TaskSources::list(const core::Caller& caller, std::string cursor,
                       Done<core::Page<TaskView>> done) {
  if (cursor.empty()) return list_from(0, caller, {}, std::move(done));
  std::size_t source = 0;
  const char* const last = cursor.data() + cursor.size();
  const auto [end, error] = std::from_chars(cursor.data(), last, source);
  if (error != std::errc() || source >= sources_.size() || end == last || *end != ':') {
    return done(core::fail(core::ErrorCode::invalid_argument, "Invalid cursor", "cursor"));
  }
  cursor.erase(0, static_cast<std::size_t>(end - cursor.data()) + 1);
  list_from(source, caller, std::move(cursor), std::move(done));
}

void TaskSources::list_from(std::size_t source, const core::Caller& caller, std::string cursor,
                            Done<core::Page<TaskView>> done) {
  if (source >= sources_.size()) return done(core::Page<TaskView>());
  sources_[source].tasks->list(
      caller, std::move(cursor),
      [this, source, caller, done = std::move(done)](core::Result<core::Page<TaskView>> page) {
        if (!page) return done(std::move(page));
        const bool more = !page->next_cursor.empty();
        if (page->items.empty() && !more) return list_from(source + 1, caller, {}, done);
        if (more || source + 1 < sources_.size()) {
          page->next_cursor = fmt::format("{}:{}", more ? source : source + 1, page->next_cursor);
        }
        done(std::move(page));
      });
}

}  // namespace berth::mcp
