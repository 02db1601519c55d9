#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/core/cancellation.h"
#include "service/mcp/task.h"
#include "service/mcp/watch_set.h"

namespace berth::mcp {

/// Waits for the ends of the tasks that one client listens to, which count as its watches.
/// Destroying it ends the waits. Core loop.
class TaskWatch : public std::enable_shared_from_this<TaskWatch> {
 public:
  /// May destroy this object.
  using OnEnd = std::function<void(const TaskView&)>;

  /// `tasks` must outlive it.
  TaskWatch(TaskSource& tasks, std::shared_ptr<WatchBudget> budget, OnEnd ended)
      : tasks_(tasks), budget_(std::move(budget)), ended_(std::move(ended)) {}
  ~TaskWatch();
  TaskWatch(const TaskWatch&) = delete;
  TaskWatch& operator=(const TaskWatch&) = delete;

  /// Says whether the task exists for the caller; dropped with this object.
  void find(const core::Caller& caller, const std::string& id, std::function<void(bool)> done);

  /// Waits for the tasks that find() has found, also those that have ended already: from now on
  /// each of them is told of once.
  void start();

 private:
  struct Found {
    core::Caller caller;
    std::string id;
    std::shared_ptr<core::Cancellation> cancel = std::make_shared<core::Cancellation>();
  };

  TaskSource& tasks_;
  std::shared_ptr<WatchBudget> budget_;
  OnEnd ended_;
  std::vector<Found> found_;
};

}  // namespace berth::mcp
