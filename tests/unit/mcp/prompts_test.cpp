#include "service/mcp/prompt_set.h"
#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A server with the prompt of the specification's examples.
class PromptsTest : public PeerTest {
 protected:
  PromptsTest() {
    Prompt review{"code_review",
                  "Request Code Review",
                  "Asks for a review",
                  {{"code", "The code to review", true}, {"language", "", false}}};
    EXPECT_TRUE(prompts_.add(
        review,
        [](const CallContext&, const PromptArguments& arguments, const PromptDone& done) {
          const std::string& code = arguments.at("code");
          if (code == "missing") {
            return done(core::fail(core::ErrorCode::not_found, "there is no such code"));
          }
          done(PromptResult{"A review", {{"user", "Review " + code}}});
        },
        [](const core::Caller&, const std::string& argument, const std::string& value,
           const CompletionDone& done) {
          if (argument != "language") return done(core::Completion());
          done(core::Completion{{value + "thon", value + "torch"}, true});
        }));
    EXPECT_FALSE(prompts_.add(review, nullptr));
    peer_ = std::make_unique<Peer>(with_prompts_);
  }

  static std::string get(const std::string& id, const std::string& arguments) {
    return modern(id, "prompts/get", R"("name":"code_review","arguments":)" + arguments);
  }
  static std::string complete(const std::string& id, const std::string& ref,
                              const std::string& argument) {
    return modern(id, "completion/complete", R"("ref":)" + ref + R"(,"argument":)" + argument);
  }

  PromptSet prompts_;
  Server with_prompts_{
      {.version = "1.2.3"}, tools_, clock_, sign_for_tests, 100, nullptr, &prompts_};
};

TEST_F(PromptsTest, AreAnnouncedWhereThereAreSome) {
  EXPECT_THAT(ask(modern("1", "server/discover")), HasSubstr(R"("prompts":{},"completions":{})"));
  peer_ = std::make_unique<Peer>(server_);
  EXPECT_THAT(ask(modern("1", "server/discover")), Not(HasSubstr("prompts")));
  for (const std::string method : {"prompts/list", "prompts/get", "completion/complete"}) {
    EXPECT_EQ(error_code(ask(modern("2", method))), kMethodNotFound) << method;
  }
}

TEST_F(PromptsTest, AreListedAndMade) {
  const auto list = parse(ask(modern("1", "prompts/list")));
  const auto& prompt = list["result"]["prompts"][0];
  EXPECT_STREQ(list["result"]["resultType"].GetString(), "complete");
  EXPECT_STREQ(prompt["name"].GetString(), "code_review");
  EXPECT_STREQ(prompt["title"].GetString(), "Request Code Review");
  EXPECT_TRUE(prompt["arguments"][0]["required"].GetBool());
  EXPECT_FALSE(prompt["arguments"][1]["required"].GetBool());
  EXPECT_EQ(error_code(ask(modern("2", "prompts/list", R"("cursor":"x")"))), kInvalidParams);

  const auto made = parse(ask(get("3", R"({"code":"x = 1"})")));
  EXPECT_STREQ(made["result"]["description"].GetString(), "A review");
  EXPECT_STREQ(made["result"]["messages"][0]["content"]["text"].GetString(), "Review x = 1");

  shake_hands("2024-11-05");
  EXPECT_THAT(ask(plain("4", "prompts/list")), Not(HasSubstr("title")));
  EXPECT_THAT(ask(plain("5", "prompts/get", R"({"name":"code_review","arguments":{"code":"y"}})")),
              HasSubstr("Review y"));
}

TEST_F(PromptsTest, WrongArgumentsAreNamed) {
  EXPECT_THAT(ask(get("1", "{}")), HasSubstr("params.arguments.code is required"));
  EXPECT_THAT(ask(get("2", R"({"code":1})")), HasSubstr("params.arguments.code must be a string"));
  EXPECT_THAT(ask(get("3", R"({"code":"","size":"1"})")), HasSubstr("has no argument size"));
  EXPECT_THAT(ask(get("4", "[]")), HasSubstr("params.arguments must be an object"));
  EXPECT_EQ(error_code(ask(get("5", R"({"code":"missing"})"))), kInvalidParams);
  EXPECT_THAT(ask(modern("6", "prompts/get", R"("name":"other")")),
              HasSubstr("Unknown prompt: other"));
  EXPECT_EQ(error_code(ask(modern("7", "prompts/get"))), kInvalidParams);
}

TEST_F(PromptsTest, TheirArgumentsAreCompleted) {
  const std::string ref = R"({"type":"ref/prompt","name":"code_review"})";
  const auto answer = parse(ask(complete("1", ref, R"({"name":"language","value":"py"})")));
  const auto& completion = answer["result"]["completion"];
  ASSERT_EQ(completion["values"].Size(), 2U);
  EXPECT_STREQ(completion["values"][0].GetString(), "python");
  EXPECT_TRUE(completion["hasMore"].GetBool());
  EXPECT_EQ(error_code(ask(complete("2", ref, R"({"name":"size","value":""})"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(complete("3", ref, R"({"name":"code"})"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(complete("4", R"({"type":"ref/prompt","name":"x"})",
                                    R"({"name":"code","value":""})"))),
            kInvalidParams);
  EXPECT_EQ(
      error_code(ask(complete("5", R"({"type":"ref/other"})", R"({"name":"code","value":""})"))),
      kInvalidParams);
}

}  // namespace
}  // namespace berth::mcp
