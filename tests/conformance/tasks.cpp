// Tools that run as tasks, which live as long as the service.
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "service/core/json_scan.h"
#include "service/loop/timer.h"
#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

using mcp::CallContext;
using mcp::TaskStatus;
using mcp::TaskView;

core::Result<TaskView> missing() {
  return core::fail(core::ErrorCode::not_found, "there is no such task", "taskId");
}

/// Tasks that end by themselves after a while.
class Tasks final : public mcp::TaskSource {
 public:
  using Caller = core::Caller;

  std::string begin(loop::Loop& loop, core::Milliseconds length,
                    std::function<void(TaskView&)> finish) {
    auto entry = std::make_unique<Entry>(loop);
    TaskView& task = entry->task;
    task.id = "test_" + std::to_string(entries_.size() + 1);
    task.created_at = task.updated_at = clock_.now();
    task.poll_interval = core::Milliseconds(100);
    entry->timer.start(length, [this, raw = entry.get(), finish = std::move(finish)] {
      finish(raw->task);
      tell(*raw);
    });
    std::string id = task.id;
    entries_.emplace(id, std::move(entry));
    return id;
  }

  void find(const Caller&, const std::string& id, Done<TaskView> done) override {
    const auto found = entries_.find(id);
    done(found == entries_.end() ? missing() : core::Result<TaskView>(found->second->task));
  }
  void wait(const Caller& caller, const std::string& id, std::shared_ptr<core::Cancellation>,
            Done<TaskView> done) override {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second->task.status != TaskStatus::working) {
      return find(caller, id, std::move(done));
    }
    found->second->waits.push_back(std::move(done));
  }
  void list(const Caller&, std::string, Done<core::Page<TaskView>> done) override {
    core::Page<TaskView> page;
    for (const auto& [id, entry] : entries_) page.items.push_back(entry->task);
    done(std::move(page));
  }
  void cancel(const Caller&, const std::string& id, Done<TaskView> done) override {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return done(missing());
    Entry& entry = *found->second;
    if (entry.task.status != TaskStatus::working) {
      return done(core::fail(core::ErrorCode::conflict, "it has ended", "taskId"));
    }
    entry.timer.cancel();
    entry.task.status = TaskStatus::cancelled;
    tell(entry);
    done(entry.task);
  }

 private:
  struct Entry {
    explicit Entry(loop::Loop& loop) : timer(loop) {}
    TaskView task;
    loop::Timer timer;
    std::vector<Done<TaskView>> waits;
  };

  void tell(Entry& entry) {
    entry.task.updated_at = clock_.now();
    for (const auto& done : std::exchange(entry.waits, {})) done(entry.task);
  }

  core::SystemClock clock_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

using Finish = std::function<void(TaskView&)>;

Finish completes(mcp::ToolResult result) {
  return [result = std::move(result)](TaskView& task) {
    task.status = TaskStatus::completed;
    task.result = result;
  };
}

void protocol_error(TaskView& task) {
  task.status = TaskStatus::failed;
  task.error = mcp::RpcError{mcp::kInternalError, "It broke", {}};
}

/// A tool that always runs as a task of this length.
mcp::TaskStarter taking(loop::Loop& loop, const std::shared_ptr<Tasks>& tasks,
                        core::Milliseconds length, Finish finish) {
  return [&loop, tasks, length, finish = std::move(finish)](
             const CallContext&, const rapidjson::Value&, mcp::TaskWish, const auto& done) {
    done(mcp::StartedTask{tasks->begin(loop, length, finish)});
  };
}

core::Milliseconds seconds_of(const rapidjson::Value& arguments) {
  return core::Milliseconds(
      arguments.HasMember("seconds")
          ? static_cast<std::int64_t>(arguments["seconds"].GetDouble() * 1'000)
          : 0);
}

core::Result<void> add_slow_compute(mcp::ToolSet& tools, loop::Loop& loop,
                                    const std::shared_ptr<Tasks>& tasks) {
  const mcp::ToolResult computed = text("computed");
  return tools.add(
      make_tool("slow_compute", R"("seconds":{"type":"number"},"label":{"type":"string"})"),
      [&loop, tasks, computed](const CallContext& context, const rapidjson::Value& arguments,
                               const mcp::ToolDone& done) {
        const std::string id = tasks->begin(loop, seconds_of(arguments), completes(computed));
        tasks->wait(context.caller, id, context.cancel, [done](const core::Result<TaskView>& task) {
          done(task->result.value_or(text("cancelled", true)));
        });
      },
      [&loop, tasks, computed](const CallContext&, const rapidjson::Value& arguments,
                               mcp::TaskWish wish, const auto& done) {
        const core::Milliseconds length = seconds_of(arguments);
        if (length.count() == 0 && wish == mcp::TaskWish::if_long) return done(computed);
        done(mcp::StartedTask{tasks->begin(loop, length, completes(computed))});
      });
}

/// Asks for a name before there is a task.
mcp::TaskStarter asking_first(loop::Loop& loop, const std::shared_ptr<Tasks>& tasks) {
  return [&loop, tasks](const CallContext& context, const rapidjson::Value&, mcp::TaskWish,
                        const auto& done) {
    const mcp::InputRequest question{
        "user_name", "elicitation/create",
        R"({"message":"Who?","requestedSchema":{"type":"object",)"
        R"("properties":{"name":{"type":"string"}},"required":["name"]}})"};
    context.inputs->ask(
        {question}, [&loop, tasks, done](const core::Result<mcp::InputAnswers>& answers) {
          if (!answers) return done(core::fail(answers.error()));
          const auto answer = core::scan_object(answers->at("user_name"));
          const auto content = answer ? answer->object("content") : std::nullopt;
          const std::string name = content ? content->string("name").value_or("") : "";
          done(mcp::StartedTask{
              tasks->begin(loop, core::Milliseconds(200), completes(text("Done for " + name)))});
        });
  };
}

}  // namespace

core::Result<void> add_tasks(mcp::ToolSet& tools, mcp::TaskSources& sources, loop::Loop& loop) {
  constexpr core::Milliseconds kShort{200};
  const auto tasks = std::make_shared<Tasks>();  // kept by the tools, which go before the loop
  sources.add("test", *tasks);
  auto added = tools.add(
      make_tool("greet", R"("name":{"type":"string"})"),
      [](const CallContext&, const rapidjson::Value& arguments, const mcp::ToolDone& done) {
        done(text(std::string("Hello, ") + arguments["name"].GetString() + "!"));
      });
  if (added) added = add_slow_compute(tools, loop, tasks);
  if (added) {
    added = tools.add(make_tool("failing_job"), nullptr,
                      taking(loop, tasks, kShort, completes(text("It did not work", true))));
  }
  if (added) {
    added = tools.add(make_tool("protocol_error_job"), nullptr,
                      taking(loop, tasks, kShort, protocol_error));
  }
  if (!added) return added;
  return tools.add(make_tool("test_tool_with_task"), nullptr, asking_first(loop, tasks));
}

}  // namespace berth::conformance
