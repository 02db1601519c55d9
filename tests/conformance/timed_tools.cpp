// Tools that say something while they run.
#include <memory>
#include <vector>

#include "service/loop/timer.h"
#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

constexpr std::chrono::milliseconds kPause{50};

/// Takes one step after the other, with a pause between them.
class Steps : public std::enable_shared_from_this<Steps> {
 public:
  Steps(loop::Loop& loop, std::vector<std::function<void()>> steps)
      : timer_(loop), steps_(std::move(steps)) {}

  void next() {
    steps_.at(at_++)();
    if (at_ < steps_.size()) timer_.start(kPause, [self = shared_from_this()] { self->next(); });
  }

 private:
  loop::Timer timer_;
  std::vector<std::function<void()>> steps_;
  std::size_t at_ = 0;
};

}  // namespace

core::Result<void> add_timed_tools(mcp::ToolSet& tools, loop::Loop& loop) {
  const mcp::ToolHandler logging = [&loop](const mcp::CallContext& context, const rapidjson::Value&,
                                           const mcp::ToolDone& done) {
    const auto say = [log = context.log](const std::string& json) {
      return [log, json] {
        if (log) log(mcp::LogLevel::info, "conformance", json);
      };
    };
    std::make_shared<Steps>(
        loop,
        std::vector<std::function<void()>>{say(R"("Tool execution started")"),
                                           say(R"("Tool processing data")"),
                                           [last = say(R"("Tool execution completed")"), done] {
                                             last();
                                             done(text("Tool with logging executed successfully"));
                                           }})
        ->next();
  };
  auto added = tools.add(make_tool("test_tool_with_logging"), logging);
  if (added) added = tools.add(make_tool("test_logging_tool"), logging);
  if (!added) return added;
  return tools.add(
      make_tool("test_tool_with_progress"),
      [&loop](const mcp::CallContext& context, const rapidjson::Value&, const mcp::ToolDone& done) {
        const auto reach = [progress = context.progress](double percent) {
          return [progress, percent] {
            if (progress) progress(percent, 100, "");
          };
        };
        std::make_shared<Steps>(
            loop, std::vector<std::function<void()>>{reach(0), reach(50),
                                                     [last = reach(100), done] {
                                                       last();
                                                       done(text("Tool with progress executed"));
                                                     }})
            ->next();
      });
}

}  // namespace berth::conformance
