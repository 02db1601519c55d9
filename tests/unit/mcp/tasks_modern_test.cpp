// Tasks as the extension of 2026-07-28 has them.
#include <fmt/format.h>

#include "tests/unit/mcp/tasks_fixture.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;
using testing::Not;

class ModernTasksTest : public TasksTest {
 protected:
  /// A request of a client that knows the extension.
  static std::string knowing(const std::string& id, const std::string& method,
                             const std::string& params) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method +
           R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":)"
           R"({"extensions":{"io.modelcontextprotocol/tasks":{}}}},)" +
           params + "}}";
  }
  static std::string call(const std::string& how) {
    return knowing("1", "tools/call",
                   R"("name":"work","arguments":{"how":")" + how + R"("},"task":{})");
  }
  std::string about(const std::string& method, const std::string& task = "task_1") {
    return ask(
        knowing("9", "tasks/" + method, R"("inputResponses":{"x":{}},"taskId":")" + task + R"(")"));
  }
};

constexpr const char* kServer =
    R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"berth","title":"Berth",)"
    R"("version":"1.2.3"}})";

constexpr const char* kTask =
    R"("taskId":"task_1","status":"working","statusMessage":"running, task_1",)"
    R"("createdAt":"2025-11-25T09:30:00.000Z","lastUpdatedAt":"2025-11-25T09:30:00.000Z",)"
    R"("ttlMs":null,"pollIntervalMs":500,)";

std::string response(const std::string& result) {
  return R"({"jsonrpc":"2.0","id":9,"result":{)" + result + "}}";
}

TEST_F(ModernTasksTest, AreAnnouncedAsAnExtension) {
  const auto discovered = parse(ask(modern("1", "server/discover")));
  const auto& capabilities = discovered["result"]["capabilities"];
  EXPECT_TRUE(capabilities["extensions"]["io.modelcontextprotocol/tasks"].IsObject());
  EXPECT_FALSE(capabilities.HasMember("tasks"));
  EXPECT_THAT(ask(modern("2", "tools/list")), Not(HasSubstr("taskSupport")));
  peer_ = std::make_unique<Peer>(server_);
  EXPECT_THAT(ask(modern("1", "server/discover")), Not(HasSubstr("extensions")));
}

TEST_F(ModernTasksTest, ACallMayBecomeATaskOfAClientThatKnowsThem) {
  EXPECT_EQ(ask(call("long")), std::string(R"({"jsonrpc":"2.0","id":1,"result":)") +
                                   R"({"resultType":"task",)" + kTask + kServer + "}}");
  EXPECT_EQ(wish_, TaskWish::if_long);
  EXPECT_EQ(about("get"), response(std::string(R"("resultType":"complete",)") + kTask + kServer));

  const auto ended = parse(ask(call("short")));
  EXPECT_STREQ(ended["result"]["resultType"].GetString(), "complete");
  EXPECT_STREQ(ended["result"]["content"][0]["text"].GetString(), "done");
  EXPECT_THAT(ask(call("refused")), HasSubstr(R"("isError":true)"));

  wish_.reset();
  EXPECT_THAT(ask(modern("2", "tools/call", R"("name":"work","arguments":{"how":"long"})")),
              HasSubstr("plain"));
  EXPECT_FALSE(wish_);
}

TEST_F(ModernTasksTest, WhoDoesNotKnowThemIsToldWhatIsMissing) {
  for (const std::string& request :
       {modern("1", "tasks/get", R"("taskId":"x")"),
        modern("1", "tasks/update", R"("taskId":"x","inputResponses":{})"),
        modern("1", "tasks/cancel", R"("taskId":"x")"),
        modern("1", "tools/call", R"("name":"project")"),
        modern("1", "subscriptions/listen", R"("notifications":{"taskIds":["x"]})")}) {
    const auto refused = parse(ask(request));
    EXPECT_EQ(refused["error"]["code"].GetInt(), kMissingClientCapability) << request;
    EXPECT_TRUE(refused["error"]["data"]["requiredCapabilities"]["extensions"]
                       ["io.modelcontextprotocol/tasks"]
                           .IsObject());
  }
}

TEST_F(ModernTasksTest, MethodsOfTheExperimentAreGone) {
  EXPECT_EQ(error_code(about("result")), kMethodNotFound);
  EXPECT_EQ(error_code(about("list")), kMethodNotFound);
  peer_ = std::make_unique<Peer>(server_);
  EXPECT_EQ(error_code(about("get")), kMethodNotFound) << "a server without tasks";
}

TEST_F(ModernTasksTest, OneThatHasEndedShowsHow) {
  send(call("long"));
  source_.end("task_1", TaskStatus::completed, {"done", R"({"a":1})", false, {}});
  const auto completed = parse(about("get"));
  EXPECT_STREQ(completed["result"]["status"].GetString(), "completed");
  EXPECT_EQ(completed["result"]["ttlMs"].GetInt(), 60'000);
  EXPECT_EQ(completed["result"]["result"]["structuredContent"]["a"].GetInt(), 1);
  EXPECT_THAT(about("get"), Not(HasSubstr("related-task")));

  source_.begin(caller_, "task_2");
  source_.end("task_2", TaskStatus::failed, {"no terminal", "", true, {}});
  const auto in_error = parse(about("get", "task_2"));
  EXPECT_STREQ(in_error["result"]["status"].GetString(), "completed");
  EXPECT_TRUE(in_error["result"]["result"]["isError"].GetBool());

  source_.begin(caller_, "task_3");
  source_.fail("task_3", {kInternalError, "broken", ""});
  const auto failed = parse(about("get", "task_3"));
  EXPECT_STREQ(failed["result"]["status"].GetString(), "failed");
  EXPECT_EQ(failed["result"]["error"]["code"].GetInt(), kInternalError);
  EXPECT_FALSE(failed["result"].HasMember("result"));
}

TEST_F(ModernTasksTest, CancellingAndUpdatingAreAcknowledged) {
  const std::string acknowledged = response(std::string(R"("resultType":"complete",)") + kServer);
  send(call("long"));
  EXPECT_EQ(about("update"), acknowledged);
  EXPECT_EQ(about("cancel"), acknowledged);
  EXPECT_TRUE(source_.stopped("task_1"));
  EXPECT_EQ(about("cancel"), acknowledged) << "again";
  const auto cancelled = parse(about("get"));
  EXPECT_STREQ(cancelled["result"]["status"].GetString(), "cancelled");
  EXPECT_FALSE(cancelled["result"].HasMember("result"));
  for (const std::string method : {"get", "update", "cancel"}) {
    EXPECT_EQ(error_code(about(method, "foreign")), kInvalidParams) << method;
  }
  EXPECT_EQ(error_code(ask(knowing("1", "tasks/update", R"("taskId":"task_1")"))), kInvalidParams);
}

TEST_F(ModernTasksTest, CancellingTheCallBeforeThereIsATaskReachesIt) {
  send(call("long"));
  EXPECT_FALSE(started_.cancel->cancelled());
  Tool slow;
  slow.name = "slow";
  slow.input_schema = R"({"type":"object"})";
  ASSERT_TRUE(tools_.add(
      slow, nullptr, [this](CallContext context, const rapidjson::Value&, TaskWish, const auto&) {
        started_ = std::move(context);
      }));
  send(knowing("7", "tools/call", R"("name":"slow")"));
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  EXPECT_TRUE(started_.cancel->cancelled());
}

TEST_F(ModernTasksTest, TheirEndsCanBeListenedTo) {
  for (const std::string id : {"a", "b", "c"}) source_.begin(caller_, id);
  source_.end("b", TaskStatus::completed, {"early", "", false, {}});
  send(knowing(
      "5", "subscriptions/listen",
      R"("notifications":{"taskIds":["a","nothing","b","a","c"],"toolsListChanged":true})"));
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0],
            R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
            R"({"_meta":{"io.modelcontextprotocol/subscriptionId":5},)"
            R"("notifications":{"taskIds":["a","b","c"]}}})");
  const auto early = parse(sent_[1]);
  EXPECT_STREQ(early["params"]["taskId"].GetString(), "b") << "it had ended before";

  source_.end("a", TaskStatus::completed, {"done", "", false, {}});
  ASSERT_EQ(sent_.size(), 3U);
  const auto told = parse(sent_[2]);
  EXPECT_STREQ(told["method"].GetString(), "notifications/tasks");
  EXPECT_EQ(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"].GetInt(), 5);
  EXPECT_STREQ(told["params"]["status"].GetString(), "completed");
  EXPECT_STREQ(told["params"]["result"]["content"][0]["text"].GetString(), "done");

  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
  source_.end("c", TaskStatus::completed, {"done", "", false, {}});
  EXPECT_EQ(sent_.size(), 3U) << "nobody listens any more";
}

TEST_F(ModernTasksTest, WhatIsListenedToIsCheckedAndBounded) {
  const auto listen = [&](const std::string& ids) {
    return error_code(
        ask(knowing("5", "subscriptions/listen", R"("notifications":{"taskIds":)" + ids + "}")));
  };
  EXPECT_EQ(listen("1"), kInvalidParams);
  EXPECT_EQ(listen("[1]"), kInvalidParams);
  std::string many = "[";
  for (std::size_t i = 0; i <= WatchBudget::kMax; ++i) many += fmt::format("\"{}\",", i);
  many.back() = ']';
  EXPECT_EQ(listen(many), kInternalError);
}

}  // namespace
}  // namespace berth::mcp
