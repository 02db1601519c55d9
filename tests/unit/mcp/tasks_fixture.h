#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/mcp/task.h"
#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {

/// Tasks that end when a test says so. Those of one client are not seen by another.
class TasksForTests final : public TaskSource {
 public:
  using Caller = core::Caller;

  void begin(const Caller& caller, const std::string& id) {
    TaskView task;
    task.id = id;
    task.message = "running, " + id;
    task.created_at = task.updated_at = core::Timestamp(core::Milliseconds(1'764'063'000'000));
    task.poll_interval = core::Milliseconds(500);
    tasks_[id] = {caller.client_id, task, {}};
    order_.push_back(id);
  }

  void end(const std::string& id, TaskStatus status, ToolResult result) {
    TaskView& task = tasks_.at(id).task;
    task.status = status;
    task.ttl = core::Milliseconds(60'000);
    task.result = std::move(result);
    tell(id);
  }
  void fail(const std::string& id, RpcError error) {
    TaskView& task = tasks_.at(id).task;
    task.status = TaskStatus::failed;
    task.error = std::move(error);
    tell(id);
  }
  std::size_t waits(const std::string& id) const { return tasks_.at(id).waits.size(); }
  bool stopped(const std::string& id) const { return tasks_.at(id).cancelled; }

  void find(const Caller& caller, const std::string& id, Done<TaskView> done) override {
    Entry* entry = visible(caller, id);
    done(entry == nullptr ? missing() : core::Result<TaskView>(entry->task));
  }
  void wait(const Caller& caller, const std::string& id, std::shared_ptr<core::Cancellation> cancel,
            Done<TaskView> done) override {
    Entry* entry = visible(caller, id);
    if (entry == nullptr || entry->task.status != TaskStatus::working) {
      return find(caller, id, std::move(done));
    }
    entry->waits.push_back({std::move(cancel), std::move(done)});
  }
  void list(const Caller& caller, std::string cursor, Done<core::Page<TaskView>> done) override {
    if (!cursor.empty() && !tasks_.contains(cursor)) {
      return done(core::fail(core::ErrorCode::invalid_argument, "no such cursor", "cursor"));
    }
    core::Page<TaskView> page;
    bool begun = cursor.empty();
    for (const std::string& id : order_) {
      if (begun && visible(caller, id) != nullptr) {
        if (page.items.size() == 2) {
          page.next_cursor = page.items.back().id;
          break;
        }
        page.items.push_back(tasks_.at(id).task);
      }
      if (id == cursor) begun = true;
    }
    done(std::move(page));
  }
  void cancel(const Caller& caller, const std::string& id, Done<TaskView> done) override {
    Entry* entry = visible(caller, id);
    if (entry == nullptr) return done(missing());
    if (entry->task.status != TaskStatus::working) {
      return done(core::fail(core::ErrorCode::conflict, "task " + id + " has ended", "taskId"));
    }
    entry->cancelled = true;
    end(id, TaskStatus::cancelled, {"it was cancelled", "", false, {}});
    done(entry->task);
  }

 private:
  struct Wait {
    std::shared_ptr<core::Cancellation> cancel;
    Done<TaskView> done;
  };
  struct Entry {
    std::string owner;
    TaskView task;
    std::vector<Wait> waits;
    bool cancelled = false;
  };

  static core::Result<TaskView> missing() {
    return core::fail(core::ErrorCode::not_found, "there is no such task", "taskId");
  }
  Entry* visible(const Caller& caller, const std::string& id) {
    const auto found = tasks_.find(id);
    const bool owned = found != tasks_.end() && found->second.owner == caller.client_id;
    return owned ? &found->second : nullptr;
  }
  void tell(const std::string& id) {
    const TaskView task = tasks_.at(id).task;
    for (const Wait& wait : std::exchange(tasks_.at(id).waits, {})) {
      if (!wait.cancel->cancelled()) wait.done(task);
    }
  }

  std::map<std::string, Entry> tasks_;
  std::vector<std::string> order_;
};

/// The server of PeerTest with two more tools: `work`, whose argument says what becomes of it, and
/// `project`, which runs as a task only.
class TasksTest : public PeerTest {
 protected:
  TasksTest() {
    caller_.client_id = "me";
    Tool work;
    work.name = "work";
    work.input_schema =
        R"({"type":"object","properties":{"how":{"type":"string"}},"required":["how"]})";
    const TaskStarter start = [this](CallContext context, const rapidjson::Value& arguments,
                                     TaskWish wish, const auto& done) {
      wish_ = wish;
      started_ = std::move(context);
      const std::string how = arguments.HasMember("how") ? arguments["how"].GetString() : "long";
      if (how == "refused") {
        return done(core::fail(core::ErrorCode::limit_exceeded, "too many", "how"));
      }
      if (how == "short") return done(ToolResult{"done", "", false, {}});
      source_.begin(started_.caller, "task_1");
      done(StartedTask{"task_1"});
    };
    EXPECT_TRUE(tools_.add(
        work,
        [](const CallContext&, const rapidjson::Value&, const ToolDone& done) {
          done(ToolResult{"plain", "", false, {}});
        },
        start));
    Tool project;
    project.name = "project";
    project.input_schema = R"({"type":"object"})";
    EXPECT_TRUE(tools_.add(project, nullptr, start));
    peer_ = std::make_unique<Peer>(with_tasks_);
  }

  TasksForTests source_;
  Server with_tasks_{
      {.version = "1.2.3"}, tools_, clock_, sign_for_tests, 100, nullptr, nullptr, &source_};
  std::optional<TaskWish> wish_;
  CallContext started_;
};

}  // namespace berth::mcp
