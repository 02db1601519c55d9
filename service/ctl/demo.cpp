#include "service/ctl/demo.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "service/client/service_starter.h"
#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/core/text.h"
#include "service/ctl/bridge_client.h"
#include "service/ctl/temporary_service.h"
#include "service/ctl/wait.h"
#include "service/platform/paths.h"
#include "service/platform/process.h"

namespace berth::ctl {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kAnswerLimit{30};
constexpr std::string_view kRevision = "2025-11-25";

/// A step went wrong; the demonstration ends.
struct Failed {
  std::string why;
};

void expect(bool condition, const std::string& otherwise) {
  if (!condition) throw Failed{otherwise};
}

template <class T>
T take(core::Result<T> result) {
  if (!result) throw Failed{result.error().message};
  return std::move(*result);
}
void take(const core::Result<void>& result) {
  if (!result) throw Failed{result.error().message};
}

/// The structured result of a tool.
class ToolResult {
 public:
  explicit ToolResult(const std::string& json) : document_(take(core::parse_json(json))) {
    auto content = document_.FindMember("structuredContent");
    const bool good = content != document_.MemberEnd() && content->value.IsObject();
    auto error = document_.FindMember("isError");
    const bool failed = error != document_.MemberEnd() && error->value.IsTrue();
    expect(good && !failed, "the tool answered " + json);
    content_ = &content->value;
  }

  std::string text(const char* name) const {
    auto member = content_->FindMember(name);
    const bool present = member != content_->MemberEnd() && member->value.IsString();
    return present ? std::string(member->value.GetString(), member->value.GetStringLength()) : "";
  }
  /// -1 if absent.
  std::int64_t number(const char* name) const {
    auto member = content_->FindMember(name);
    return member != content_->MemberEnd() && member->value.IsInt64() ? member->value.GetInt64()
                                                                      : -1;
  }

 private:
  rapidjson::Document document_;
  const rapidjson::Value* content_ = nullptr;
};

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3) {
    text.replace(at, 1, " ⏎ ");
  }
  return core::to_valid_utf8(text);
}

class Demo {
 public:
  int play();

 private:
  void start_service();
  void shake_hands();
  void open_session();
  void keep_directory();
  void show_both_streams();
  void follow_background_job();
  void survive_kill();
  void stop_everything();

  std::int64_t request_tool(const std::string& name, const core::JsonWriter& arguments);
  ToolResult call_tool(const std::string& name, const core::JsonWriter& arguments);
  ToolResult run(const std::string& command);
  void say(const std::string& text) const;

  std::unique_ptr<TemporaryService> service_;
  std::unique_ptr<BridgeClient> bridge_;
  std::string session_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

int Demo::play() {
  fmt::print("Berth demonstration: an agent's conversation over MCP, on a temporary service.\n\n");
  int status = 0;
  try {
    start_service();
    shake_hands();
    open_session();
    keep_directory();
    show_both_streams();
    follow_background_job();
    survive_kill();
    stop_everything();
    const auto took = std::chrono::steady_clock::now() - began_;
    fmt::print("\nAll of it worked, in {:.1f} s.\n", std::chrono::duration<double>(took).count());
  } catch (const Failed& failed) {
    status = 1;
    fmt::print("✗ {}\n", failed.why);
    if (service_) fmt::print("\nThe service's log:\n{}\n", service_->log_tail());
  }
  bridge_.reset();
  service_.reset();
  return status;
}

void Demo::start_service() {
  service_ = take(TemporaryService::make());
  take(service_->start());
  say(fmt::format("service started (pid {})", service_->pid()));
}

void Demo::shake_hands() {
  const auto before = std::chrono::steady_clock::now();
  bridge_ = take(BridgeClient::start(platform::program_folder() + "/berth-bridge",
                                     {"--runtime-dir", service_->runtime_dir()},
                                     TemporaryService::environment()));
  core::JsonWriter hello;
  hello.begin_object().member("protocolVersion", kRevision);
  hello.key("capabilities").begin_object().end_object();
  hello.key("clientInfo").begin_object().member("name", "berthctl demo").member("version", "1");
  hello.end_object().end_object();
  const auto json = take(bridge_->call("initialize", hello.view(), kAnswerLimit));
  const auto took = std::chrono::steady_clock::now() - before;
  bridge_->notify("notifications/initialized");
  const auto answer = core::scan_object(json);
  const auto revision = answer ? answer->string("protocolVersion").value_or("") : "";
  expect(revision == kRevision,
         "the service offers MCP " + revision + " instead of " + std::string(kRevision));
  const auto tools = take(core::parse_json(take(bridge_->call("tools/list", "{}", kAnswerLimit))));
  auto list = tools.FindMember("tools");
  expect(list != tools.MemberEnd() && list->value.IsArray() && !list->value.Empty(),
         "the service offers no tools");
  say(fmt::format("berth-bridge connected: MCP {}, {} tools, {} ms from its start to the answer",
                  revision, list->value.Size(),
                  std::chrono::duration_cast<milliseconds>(took).count()));
}

void Demo::open_session() {
  core::JsonWriter arguments;
  arguments.begin_object().member("cwd", service_->work_dir()).end_object();
  const ToolResult session = call_tool("start_session", arguments);
  session_ = session.text("session_id");
  expect(!session_.empty(), "no session was started: state " + session.text("state"));
  say(fmt::format("session {} with {}", session_, session.text("shell")));
}

void Demo::keep_directory() {
  run("mkdir -p harbour && cd harbour && colour=blue");
  const ToolResult job = run("pwd; echo $colour");
  const std::string expected = service_->work_dir() + "/harbour\nblue\n";
  expect(job.text("stdout") == expected,
         "expected " + one_line(expected) + ", the session says " + one_line(job.text("stdout")));
  say(fmt::format("directory and variables are kept: {}", one_line(job.text("stdout"))));
}

void Demo::show_both_streams() {
  const ToolResult job = run("echo to stdout; echo to stderr >&2; (exit 3)");
  expect(job.text("stdout") == "to stdout\n" && job.text("stderr") == "to stderr\n" &&
             job.number("exit_code") == 3 && job.text("state") == "failed",
         fmt::format("expected both streams and exit code 3, got stdout [{}], stderr [{}], exit "
                     "code {}, state {}",
                     one_line(job.text("stdout")), one_line(job.text("stderr")),
                     job.number("exit_code"), job.text("state")));
  say(fmt::format("streams apart and the exit code: stdout [{}], stderr [{}], exit code {}",
                  one_line(job.text("stdout")), one_line(job.text("stderr")),
                  job.number("exit_code")));
}

void Demo::follow_background_job() {
  core::JsonWriter arguments;
  arguments.begin_object()
      .member("command", "for i in 1 2 3 4 5; do echo part $i; sleep 0.2; done")
      .end_object();
  const std::string id = call_tool("run_background", arguments).text("job_id");
  expect(!id.empty(), "no background job was started");
  std::string state;
  std::string output;
  int looks = 0;
  const bool ended = wait_until(
      [&] {
        core::JsonWriter query;
        query.begin_object().member("job_id", id).member("wait_ms", 300).end_object();
        const ToolResult job = call_tool("get_job", query);
        ++looks;
        state = job.text("state");
        output = job.text("stdout");
        return state != "running" && state != "queued";
      },
      kAnswerLimit);
  expect(ended && state == "succeeded" && output == "part 1\npart 2\npart 3\npart 4\npart 5\n",
         fmt::format("the background job is {} with [{}]", state, one_line(output)));
  say(fmt::format("background job {} followed to its end in {} looks: {}", id, looks,
                  one_line(output)));
}

void Demo::survive_kill() {
  constexpr int kLines = 30;
  core::JsonWriter arguments;
  arguments.begin_object()
      .member("session_id", session_)
      .member("command",
              fmt::format("for i in $(seq {}); do echo line $i; sleep 0.1; done", kLines))
      .end_object();
  const auto call = request_tool("run_command", arguments);
  // Well into the command: its first lines are written.
  const bool early = bridge_->answer(call, milliseconds(1'000)).has_value();
  expect(!early, "the command ended before the service could be killed");
  const int old_pid = service_->pid();
  service_->kill();
  say(fmt::format("service killed (kill -9 {}) in the middle of a command", old_pid));
  take(service_->start());
  say(fmt::format("service started again (pid {})", service_->pid()));
  const ToolResult job(take(bridge_->answer(call, kAnswerLimit)));
  std::string expected;
  for (int line = 1; line <= kLines; ++line) expected += fmt::format("line {}\n", line);
  expect(job.text("state") == "succeeded" && job.text("stdout") == expected,
         fmt::format("expected {} lines, the command is {} with [{}]", kLines, job.text("state"),
                     one_line(job.text("stdout"))));
  say(fmt::format("the same call was answered through the same bridge: all {} lines, exit code {}",
                  kLines, job.number("exit_code")));
  const ToolResult place = run("pwd");
  expect(place.text("stdout") == service_->work_dir() + "/harbour\n",
         "the session has lost its directory: " + one_line(place.text("stdout")));
  say("the session goes on where it was: " + one_line(place.text("stdout")));
}

void Demo::stop_everything() {
  core::JsonWriter arguments;
  arguments.begin_object().member("session_id", session_).end_object();
  call_tool("end_session", arguments);
  expect(bridge_->strange_lines() == 0, "the bridge wrote something else than MCP messages");
  const auto bridge = take(bridge_->close(kAnswerLimit));
  expect(bridge.exit_code == 0 && bridge.signal == 0,
         fmt::format("the bridge ended with {}", bridge.exit_code));
  const auto service = take(service_->stop());
  expect(service.exit_code == 0 && service.signal == 0,
         fmt::format("the service ended with exit code {}, signal {}", service.exit_code,
                     service.signal));
  expect(service_->await_the_end_of_all(), "processes were left behind");
  say("session ended, bridge and service stopped, nothing left running");
}

std::int64_t Demo::request_tool(const std::string& name, const core::JsonWriter& arguments) {
  core::JsonWriter params;
  params.begin_object().member("name", name).raw_member("arguments", arguments.view()).end_object();
  return bridge_->request("tools/call", params.view());
}

ToolResult Demo::call_tool(const std::string& name, const core::JsonWriter& arguments) {
  return ToolResult(take(bridge_->answer(request_tool(name, arguments), kAnswerLimit)));
}

ToolResult Demo::run(const std::string& command) {
  core::JsonWriter arguments;
  arguments.begin_object().member("session_id", session_).member("command", command).end_object();
  return call_tool("run_command", arguments);
}

void Demo::say(const std::string& text) const {
  fmt::print("✓ {}\n", text);
  (void)std::fflush(stdout);
}

}  // namespace

int play_demo() {
  // Ctrl-C ends the step, and the clean-up is still done.
  platform::block_termination_signals();
  return Demo().play();
}

}  // namespace berth::ctl
