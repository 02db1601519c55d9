#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using HandshakeTest = PeerTest;

std::string initialize(const std::string& version) {
  // The example of 2025-11-25, basic/lifecycle.
  return R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":")" +
         version +
         R"(","capabilities":{"roots":{"listChanged":true},"sampling":{},)"
         R"("elicitation":{"form":{},"url":{}}},)"
         R"("clientInfo":{"name":"ExampleClient","title":"Example Client Display Name",)"
         R"("version":"1.0.0","icons":[{"src":"https://example.com/icon.png"}]}}})";
}

TEST_F(HandshakeTest, EchoesEveryRevisionItSpeaks) {
  for (const std::string version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    peer_ = std::make_unique<Peer>(server_);
    const auto document = parse(ask(initialize(version)));
    const auto& result = document["result"];
    EXPECT_EQ(result["protocolVersion"].GetString(), version);
    EXPECT_TRUE(result["capabilities"]["tools"].IsObject());
    EXPECT_STREQ(result["serverInfo"]["name"].GetString(), "berth");
    EXPECT_EQ(result["serverInfo"].HasMember("title"), version >= "2025-06-18");
    EXPECT_STREQ(result["instructions"].GetString(), "Use it well.");
    EXPECT_FALSE(result.HasMember("resultType"));
    EXPECT_FALSE(result.HasMember("_meta"));
    EXPECT_EQ(to_string(*peer_->handshake()), version);
    EXPECT_EQ(peer_->client().name, "ExampleClient");
  }
}

TEST_F(HandshakeTest, OffersItsLatestForRevisionsItDoesNotSpeak) {
  for (const char* version : {"1.0.0", "2099-01-01", "2026-07-28", ""}) {
    peer_ = std::make_unique<Peer>(server_);
    EXPECT_THAT(ask(initialize(version)), HasSubstr(R"("protocolVersion":"2025-11-25")"))
        << version;
  }
}

TEST_F(HandshakeTest, InitializeNeedsAVersion) {
  EXPECT_EQ(error_code(ask(plain("1", "initialize"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(plain("1", "initialize", R"({"protocolVersion":1})"))), kInvalidParams);
  EXPECT_FALSE(peer_->handshake());
}

TEST_F(HandshakeTest, BeforeInitializeOnlyPingIsAnswered) {
  EXPECT_EQ(error_code(ask(plain("1", "ping"))), 0);
  for (const char* method : {"tools/list", "tools/call", "server/discover", "no/such"}) {
    EXPECT_EQ(error_code(ask(plain("1", method))), kInvalidParams) << method;
    EXPECT_TRUE(last_.refused);
  }
}

TEST_F(HandshakeTest, AnswersPingAndNothingElseToNotifications) {
  shake_hands("2025-06-18");
  EXPECT_EQ(ask(plain("5", "ping")), R"({"jsonrpc":"2.0","id":5,"result":{}})");
  send(R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"})");
  send(R"({"jsonrpc":"2.0","method":"no/such/notification"})");
  send(R"({"jsonrpc":"2.0","id":9,"result":{}})");
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(silent_, 3);
}

TEST_F(HandshakeTest, UnknownMethodsDoNotExist) {
  shake_hands("2025-11-25");
  for (const char* method : {"server/discover", "prompts/list", "resources/list"}) {
    EXPECT_EQ(error_code(ask(plain("1", method))), kMethodNotFound) << method;
  }
}

TEST_F(HandshakeTest, ResultsHaveWhatTheRevisionKnows) {
  const std::string call =
      plain("1", "tools/call", R"({"name":"get_weather","arguments":{"location":"New York"}})");
  shake_hands("2025-03-26");
  EXPECT_THAT(ask(call), AllOf(Not(HasSubstr("structuredContent")), Not(HasSubstr("resultType")),
                               HasSubstr(R"("isError":false)")));
  EXPECT_THAT(ask(plain("2", "tools/list")),
              AllOf(Not(HasSubstr("outputSchema")), HasSubstr("annotations")));
  shake_hands("2025-06-18");
  EXPECT_THAT(ask(call), AllOf(HasSubstr("structuredContent"), Not(HasSubstr("_meta"))));
  EXPECT_THAT(ask(plain("2", "tools/list")),
              AllOf(HasSubstr("outputSchema"), Not(HasSubstr("ttlMs"))));
}

TEST_F(HandshakeTest, WrongArgumentsAreReportedAsTheRevisionWantsThem) {
  const std::string call = plain("1", "tools/call", R"({"name":"get_weather","arguments":{}})");
  shake_hands("2025-06-18");
  const std::string protocol_error = ask(call);
  EXPECT_EQ(error_code(protocol_error), kInvalidParams);
  EXPECT_THAT(protocol_error, HasSubstr("arguments.location is required"));
  shake_hands("2025-11-25");
  EXPECT_THAT(ask(call),
              AllOf(HasSubstr(R"("isError":true)"), HasSubstr("arguments.location is required")));
}

TEST_F(HandshakeTest, TheCallerOfEachMessageReachesTheTool) {
  shake_hands("2025-11-25");
  caller_.link_key = "link:7";
  caller_.client_id = "bridge-1";
  send(plain("1", "tools/call", R"({"name":"wait"})"));
  caller_.link_key = "link:8";
  send(plain("2", "tools/call", R"({"name":"wait"})"));
  ASSERT_EQ(open_.size(), 2U);
  EXPECT_EQ(open_[0].context.caller.link_key, "link:7");
  EXPECT_EQ(open_[1].context.caller.link_key, "link:8");
  EXPECT_EQ(open_[1].context.caller.client_id, "bridge-1");
}

TEST_F(HandshakeTest, BrokenTextIsAnsweredAndThePeerGoesOn) {
  EXPECT_EQ(error_code(ask("{nonsense")), kParseError);
  EXPECT_EQ(error_code(ask(R"({"jsonrpc":"2.0","id":1,"method":2})")), kInvalidRequest);
  shake_hands("2025-11-25");
  EXPECT_EQ(error_code(ask(plain("1", "ping"))), 0);
}

}  // namespace
}  // namespace berth::mcp
