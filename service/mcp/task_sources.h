#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "service/mcp/named_sources.h"
#include "service/mcp/task.h"

namespace berth::mcp {

/// Several sources of tasks as one, each with ids of its own kind. Core loop.
class TaskSources final : public TaskSource {
 public:
  /// `source` must outlive this. `kind`: what its ids begin with, up to the first underscore.
  void add(std::string kind, TaskSource& source) { sources_.add(std::move(kind), source); }

  void find(const core::Caller& caller, const std::string& id, Done<TaskView> done) override;
  void wait(const core::Caller& caller, const std::string& id,
            std::shared_ptr<core::Cancellation> cancel, Done<TaskView> done) override;
  /// One source after the other, each newest first.
  void list(const core::Caller& caller, std::string cursor,
            Done<core::Page<TaskView>> done) override;
  void cancel(const core::Caller& caller, const std::string& id, Done<TaskView> done) override;

 private:
  core::Result<TaskSource*> source_of(std::string_view id) const;

  NamedSources<TaskSource> sources_;
};

}  // namespace berth::mcp
