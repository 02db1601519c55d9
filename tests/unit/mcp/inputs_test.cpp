#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The peer has a tool `greet` that asks for a name and then for a word of the client's model.
class InputsTest : public PeerTest {
 protected:
  InputsTest() {
    Tool greet;
    greet.name = "greet";
    greet.input_schema = R"({"type":"object"})";
    EXPECT_TRUE(tools_.add(
        greet, [this](const CallContext& context, const rapidjson::Value&, const ToolDone& done) {
          ++runs_;
          context.inputs->ask(
              {{"name", "elicitation/create", R"({"message":"Who?"})"}},
              [done, inputs = context.inputs](const core::Result<InputAnswers>& first) {
                if (!first) return done(core::fail(first.error()));
                inputs->ask({{"word", "sampling/createMessage", R"({"maxTokens":1})"}},
                            [done, name = first->at("name")](const auto& second) {
                              if (!second) return done(core::fail(second.error()));
                              done(ToolResult{name + " and " + second->at("word"), {}, false, {}});
                            });
              });
        }));
  }

  void shake_hands_as(const std::string& capabilities) {
    ask(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":)"
        R"({"protocolVersion":"2025-11-25","capabilities":)" +
        capabilities + R"(,"clientInfo":{"name":"ExampleClient","version":"1.0.0"}}})");
    sent_.clear();
  }

  static std::string call(const std::string& id) {
    return plain(id, "tools/call", R"({"name":"greet","arguments":{}})");
  }

  static std::string response(const rapidjson::Document& request, const std::string& result) {
    return R"({"jsonrpc":"2.0","id":")" + std::string(request["id"].GetString()) +
           R"(","result":)" + result + "}";
  }

  /// A modern call of `greet` by a client that serves both questions.
  std::string modern_call(const std::string& id, const std::string& more = "",
                          const std::string& capabilities = R"({"elicitation":{},"sampling":{}})") {
    return R"({"jsonrpc":"2.0","id":)" + id +
           R"(,"method":"tools/call","params":{"_meta":{)"
           R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":)" +
           capabilities + R"(},"name":"greet","arguments":{})" + more + "}}";
  }

  static std::string text_of(const rapidjson::Document& message) {
    return message["result"]["content"][0]["text"].GetString();
  }

  static testing::Matcher<std::string> withdrawn(const rapidjson::Document& question) {
    return testing::AllOf(
        HasSubstr(R"("method":"notifications/cancelled")"),
        HasSubstr(R"("requestId":")" + std::string(question["id"].GetString()) + '"'));
  }

  int runs_ = 0;
};

constexpr const char* kAccepted = R"({"action":"accept","content":{"name":"Ada"}})";
constexpr const char* kSaid = R"({"role":"assistant","content":{"type":"text","text":"hi"}})";

TEST_F(InputsTest, AHandshakeClientIsAskedWhileItsCallGoesOn) {
  shake_hands_as(R"({"elicitation":{},"sampling":{}})");
  const auto first = parse(ask(call("1")));
  EXPECT_STREQ(first["method"].GetString(), "elicitation/create");
  EXPECT_STREQ(first["params"]["message"].GetString(), "Who?");
  const auto second = parse(ask(response(first, kAccepted)));
  EXPECT_STREQ(second["method"].GetString(), "sampling/createMessage");
  EXPECT_STRNE(first["id"].GetString(), second["id"].GetString());
  const auto result = parse(ask(response(second, kSaid)));
  EXPECT_EQ(result["id"].GetInt(), 1);
  EXPECT_EQ(text_of(result), std::string(kAccepted) + " and " + kSaid);
  EXPECT_EQ(runs_, 1);
  // What has been answered, or was never asked, is ignored.
  EXPECT_EQ(ask(response(second, kSaid)), "");
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":"other","result":{}})"), "");
}

TEST_F(InputsTest, AHandshakeClientIsNotAskedForWhatItDoesNotServe) {
  shake_hands_as("{}");
  const auto result = parse(ask(call("1")));
  EXPECT_TRUE(result["result"]["isError"].GetBool());
  EXPECT_THAT(text_of(result), HasSubstr("does not serve elicitation/create"));
}

TEST_F(InputsTest, WhoAsksForNothingIsAnsweredAtOnce) {
  for (const std::string& message :
       {plain("1", "tools/call", R"({"name":"wait"})"),
        modern("2", "tools/call", R"("name":"wait","arguments":{})")}) {
    shake_hands("2025-11-25");
    send(message);
    bool answered = false;
    open_.back().context.inputs->ask(
        {}, [&](const auto& answers) { answered = answers && answers->empty(); });
    EXPECT_TRUE(answered) << message;
  }
}

TEST_F(InputsTest, AnErrorOfTheClientEndsTheQuestion) {
  shake_hands_as(R"({"elicitation":{}})");
  const auto question = parse(ask(call("1")));
  const auto result =
      parse(ask(R"({"jsonrpc":"2.0","id":")" + std::string(question["id"].GetString()) +
                R"(","error":{"code":-1,"message":"nobody is here"}})"));
  EXPECT_TRUE(result["result"]["isError"].GetBool());
  EXPECT_THAT(text_of(result), HasSubstr("nobody is here"));
}

TEST_F(InputsTest, AnAnswerAfterTheCallWasCancelledIsIgnored) {
  shake_hands_as(R"({"elicitation":{},"sampling":{}})");
  const auto question = parse(ask(call("1")));
  sent_.clear();
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  EXPECT_THAT(sent_, ElementsAre(withdrawn(question)));
  EXPECT_EQ(ask(response(question, kAccepted)), "");
  EXPECT_EQ(peer_->in_flight(), 0U);
}

TEST_F(InputsTest, WhatIsStillAskedIsWithdrawnBeforeTheCallIsAnswered) {
  shake_hands_as(R"({"elicitation":{},"roots":{}})");
  send(plain("1", "tools/call", R"({"name":"wait"})"));
  OpenCall& call = open_.back();
  call.context.inputs->ask(
      {{"name", "elicitation/create", R"({"message":"Who?"})"}, {"where", "roots/list", "{}"}},
      [&](const core::Result<InputAnswers>& answers) {
        EXPECT_FALSE(answers);
        call.done(core::fail(answers.error()));
      });
  ASSERT_EQ(sent_.size(), 2U);
  const auto first = parse(sent_[0]);
  const auto second = parse(sent_[1]);
  sent_.clear();
  send(R"({"jsonrpc":"2.0","id":")" + std::string(first["id"].GetString()) +
       R"(","error":{"code":-1,"message":"nobody is here"}})");
  EXPECT_THAT(sent_, ElementsAre(withdrawn(second), HasSubstr("nobody is here")));
}

TEST_F(InputsTest, AModernCallEndsWithItsQuestionAndIsMadeAgain) {
  const auto first = parse(ask(modern_call("1")));
  EXPECT_STREQ(first["result"]["resultType"].GetString(), "input_required");
  EXPECT_STREQ(first["result"]["inputRequests"]["name"]["method"].GetString(),
               "elicitation/create");
  EXPECT_EQ(peer_->in_flight(), 0U);
  const auto again = [&](const rapidjson::Document& before, const std::string& responses) {
    return R"(,"requestState":")" + std::string(before["result"]["requestState"].GetString()) +
           R"(","inputResponses":)" + responses;
  };
  const auto second =
      parse(ask(modern_call("2", again(first, std::string(R"({"name":)") + kAccepted + "}"))));
  EXPECT_TRUE(second["result"]["inputRequests"].HasMember("word"));
  EXPECT_FALSE(second["result"]["inputRequests"].HasMember("name"));
  // The state remembers the first answer.
  const auto result = parse(
      ask(modern_call("3", again(second, std::string(R"({"word":)") + kSaid + R"(,"other":{}})"))));
  EXPECT_EQ(text_of(result), std::string(kAccepted) + " and " + kSaid);
  EXPECT_EQ(runs_, 3);
}

TEST_F(InputsTest, AModernClientThatServesItNotIsToldSo) {
  const std::string refused = ask(modern_call("1", "", R"({"sampling":{}})"));
  EXPECT_EQ(error_code(refused), kMissingClientCapability);
  EXPECT_TRUE(parse(refused)["error"]["data"]["requiredCapabilities"].HasMember("elicitation"));
}

TEST_F(InputsTest, AnAnswerThatIsNoneIsAskedForAgain) {
  const auto asked = parse(ask(modern_call("1", R"(,"inputResponses":{"name":{}})")));
  EXPECT_TRUE(asked["result"]["inputRequests"].HasMember("name"));
}

TEST_F(InputsTest, RefusesMalformedAnswersAndStatesThatItDidNotGive) {
  for (const std::string wrong :
       {R"(,"inputResponses":null)", R"(,"inputResponses":{"name":1})", R"(,"requestState":1)",
        R"(,"requestState":"")", R"(,"requestState":"e30=.1")"}) {
    EXPECT_EQ(error_code(ask(modern_call("1", wrong))), kInvalidParams) << wrong;
  }
  EXPECT_EQ(runs_, 0);
}

TEST_F(InputsTest, AStateHoldsForItsCallerAndRequestAndForAWhile) {
  const std::string state = parse(ask(modern_call("1")))["result"]["requestState"].GetString();
  const std::string with_state = R"(,"requestState":")" + state + "\"";
  EXPECT_EQ(error_code(ask(modern_call("2", with_state))), 0);
  EXPECT_EQ(error_code(ask(modern_call("3", R"(,"requestState":")" + state + "x\""))),
            kInvalidParams);

  std::string other = modern_call("4", with_state);
  other.replace(other.find(R"("arguments":{})"), 14, R"("arguments":{"a":1})");
  EXPECT_THAT(ask(other), HasSubstr("another request"));
  caller_.identity.principal = "uid:4711";
  EXPECT_THAT(ask(modern_call("5", with_state)), HasSubstr("another request"));
  caller_.identity.principal.clear();
  clock_.advance(InputRounds::kStateLife + std::chrono::milliseconds(1));
  EXPECT_THAT(ask(modern_call("6", with_state)), HasSubstr("too old"));
}

}  // namespace
}  // namespace berth::mcp
