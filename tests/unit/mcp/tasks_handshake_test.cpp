// Tasks as 2025-11-25 has them.
#include "tests/unit/mcp/tasks_fixture.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;
using testing::Not;

class HandshakeTasksTest : public TasksTest {
 protected:
  HandshakeTasksTest() { shake_hands("2025-11-25"); }

  static std::string call(const std::string& tool, const std::string& how,
                          const std::string& task = R"(,"task":{"ttl":1000})") {
    return plain("1", "tools/call",
                 R"({"name":")" + tool + R"(","arguments":{"how":")" + how + R"("})" + task + "}");
  }
  std::string about(const std::string& method, const std::string& task = "task_1") {
    return ask(plain("9", "tasks/" + method, R"({"taskId":")" + task + R"("})"));
  }
};

constexpr const char* kWorking =
    R"({"taskId":"task_1","status":"working","statusMessage":"running, task_1",)"
    R"("createdAt":"2025-11-25T09:30:00.000Z","lastUpdatedAt":"2025-11-25T09:30:00.000Z",)"
    R"("ttl":null,"pollInterval":500})";

TEST_F(HandshakeTasksTest, AreAnnouncedInThatRevisionOnly) {
  const std::string capability =
      R"("tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})";
  const std::string support = R"("execution":{"taskSupport":"optional"})";
  for (const std::string version : {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}) {
    peer_ = std::make_unique<Peer>(with_tasks_);
    const std::string agreed = ask(
        plain("0", "initialize", R"({"protocolVersion":")" + version + R"(","capabilities":{}})"));
    const std::string tools = ask(plain("1", "tools/list"));
    const bool has = version == "2025-11-25";
    EXPECT_EQ(agreed.find(capability) != std::string::npos, has) << agreed;
    EXPECT_EQ(tools.find(support) != std::string::npos, has) << tools;
    EXPECT_EQ(tools.find(R"({"taskSupport":"required"})") != std::string::npos, has) << tools;
    EXPECT_EQ(error_code(about("get")), has ? kInvalidParams : kMethodNotFound);
    EXPECT_THAT(agreed, Not(HasSubstr("extensions")));
  }
  peer_ = std::make_unique<Peer>(server_);
  shake_hands("2025-11-25");
  EXPECT_EQ(error_code(about("get")), kMethodNotFound) << "a server without tasks";
  EXPECT_THAT(ask(plain("1", "tools/list")), Not(HasSubstr("taskSupport")));
}

TEST_F(HandshakeTasksTest, ACallBecomesATaskWhenItAsksForThat) {
  const std::string created = ask(call("work", "long"));
  EXPECT_EQ(created, std::string(R"({"jsonrpc":"2.0","id":1,"result":{"task":)") + kWorking +
                         R"(,"_meta":{"io.modelcontextprotocol/model-immediate-response":)"
                         R"("running, task_1"}}})");
  EXPECT_EQ(wish_, TaskWish::at_once);
  EXPECT_EQ(about("get"), std::string(R"({"jsonrpc":"2.0","id":9,"result":)") + kWorking + "}");

  wish_.reset();
  EXPECT_THAT(ask(call("work", "long", "")), HasSubstr("plain"));
  EXPECT_FALSE(wish_);
}

TEST_F(HandshakeTasksTest, OlderRevisionsDoNotLookAtTheParameter) {
  peer_ = std::make_unique<Peer>(with_tasks_);
  shake_hands("2025-06-18");
  EXPECT_THAT(ask(call("work", "long")), HasSubstr("plain"));
  EXPECT_THAT(ask(call("get_weather", "x")), Not(HasSubstr("-32601")));
}

TEST_F(HandshakeTasksTest, WhatTheToolDoesNotSupportIsNoMethod) {
  EXPECT_EQ(error_code(ask(call("get_weather", "x"))), kMethodNotFound);
  EXPECT_EQ(error_code(ask(call("project", "long", ""))), kMethodNotFound);
  EXPECT_EQ(error_code(ask(call("work", "long", R"(,"task":true)"))), kInvalidParams);
  EXPECT_FALSE(wish_);
  EXPECT_EQ(error_code(ask(call("project", "long"))), 0);
}

TEST_F(HandshakeTasksTest, WhatCannotBeBegunIsAnErrorAndNoTask) {
  const auto refused = parse(ask(call("work", "refused")));
  EXPECT_EQ(refused["error"]["code"].GetInt(), kInternalError);
  EXPECT_STREQ(refused["error"]["data"]["code"].GetString(), "limit_exceeded");
  const std::string wrong = ask(plain("1", "tools/call", R"({"name":"work","task":{}})"));
  EXPECT_EQ(error_code(wrong), kInvalidParams);
  EXPECT_THAT(wrong, HasSubstr("arguments.how"));
}

TEST_F(HandshakeTasksTest, ItsResultIsWaitedFor) {
  send(call("work", "long"));
  const std::size_t before = sent_.size();
  send(plain("2", "tasks/result", R"({"taskId":"task_1"})"));
  send(plain("3", "tasks/result", R"({"taskId":"task_1"})"));
  EXPECT_EQ(sent_.size(), before);
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})");
  EXPECT_FALSE(source_.stopped("task_1")) << "only the waiting was cancelled";
  source_.end("task_1", TaskStatus::completed, {"done", R"({"a":1})", false, {}});
  ASSERT_EQ(sent_.size(), before + 1);
  const std::string result =
      R"({"content":[{"type":"text","text":"done"}],"structuredContent":{"a":1},"isError":false,)"
      R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":"task_1"}}})";
  EXPECT_EQ(sent_.back(), R"({"jsonrpc":"2.0","id":3,"result":)" + result + "}");
  EXPECT_EQ(about("result"), R"({"jsonrpc":"2.0","id":9,"result":)" + result + "}");
  const auto ended = parse(about("get"));
  EXPECT_STREQ(ended["result"]["status"].GetString(), "completed");
  EXPECT_EQ(ended["result"]["ttl"].GetInt(), 60'000);
  EXPECT_FALSE(ended["result"].HasMember("result"));
}

TEST_F(HandshakeTasksTest, OneWhoseResultIsAnErrorHasFailed) {
  send(call("work", "long"));
  source_.end("task_1", TaskStatus::failed, {"no terminal", "", true, {}});
  EXPECT_THAT(about("get"), HasSubstr(R"("status":"failed")"));
  EXPECT_THAT(about("result"), HasSubstr(R"("isError":true)"));

  source_.begin(caller_, "task_2");
  source_.fail("task_2", {kInternalError, "broken", R"({"a":1})"});
  EXPECT_THAT(about("get", "task_2"), HasSubstr(R"("status":"failed")"));
  EXPECT_EQ(
      about("result", "task_2"),
      R"({"jsonrpc":"2.0","id":9,"error":{"code":-32603,"message":"broken","data":{"a":1}}})");
}

TEST_F(HandshakeTasksTest, IsCancelledOnce) {
  send(call("work", "long"));
  const auto cancelled = parse(about("cancel"));
  EXPECT_STREQ(cancelled["result"]["status"].GetString(), "cancelled");
  EXPECT_STREQ(cancelled["result"]["taskId"].GetString(), "task_1");
  EXPECT_TRUE(source_.stopped("task_1"));
  EXPECT_EQ(error_code(about("cancel")), kInvalidParams);
  EXPECT_THAT(about("result"), HasSubstr("it was cancelled"));
}

TEST_F(HandshakeTasksTest, AreListedPageByPage) {
  for (const std::string id : {"a", "b", "c"}) source_.begin(caller_, id);
  core::Caller other;
  other.client_id = "other";
  source_.begin(other, "foreign");
  const auto first = parse(ask(plain("1", "tasks/list")));
  EXPECT_EQ(first["result"]["tasks"].Size(), 2U);
  const std::string cursor = first["result"]["nextCursor"].GetString();
  const auto second = parse(ask(plain("2", "tasks/list", R"({"cursor":")" + cursor + R"("})")));
  EXPECT_EQ(second["result"]["tasks"].Size(), 1U);
  EXPECT_STREQ(second["result"]["tasks"][0]["taskId"].GetString(), "c");
  EXPECT_FALSE(second["result"].HasMember("nextCursor"));
  EXPECT_EQ(error_code(ask(plain("3", "tasks/list", R"({"cursor":"x"})"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(plain("4", "tasks/list", R"({"cursor":1})"))), kInvalidParams);
}

TEST_F(HandshakeTasksTest, WhatIsNotTheirsDoesNotExist) {
  core::Caller other;
  other.client_id = "other";
  source_.begin(other, "foreign");
  for (const std::string method : {"get", "result", "cancel"}) {
    EXPECT_EQ(error_code(about(method, "foreign")), kInvalidParams) << method;
    EXPECT_EQ(error_code(ask(plain("1", "tasks/" + method))), kInvalidParams) << method;
  }
  EXPECT_FALSE(source_.stopped("foreign"));
  EXPECT_EQ(error_code(about("update")), kMethodNotFound) << "a method of the extension";
}

}  // namespace
}  // namespace berth::mcp
