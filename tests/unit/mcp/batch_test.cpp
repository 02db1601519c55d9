#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;

using BatchTest = PeerTest;

TEST_F(BatchTest, IsAnsweredByOneArrayOnceAllIsDone) {
  shake_hands("2025-03-26");
  send("[" + plain("1", "tools/call", R"({"name":"wait"})") + "," + plain("2", "ping") +
       R"(,{"jsonrpc":"2.0","method":"notifications/initialized"}])");
  EXPECT_TRUE(sent_.empty());
  open_.at(0).done(ToolResult{"done", {}, false, {}});
  ASSERT_EQ(sent_.size(), 1U);
  const auto document = parse(sent_[0]);
  ASSERT_EQ(document.Size(), 2U);
  EXPECT_EQ(document[0]["id"].GetInt(), 2);
  EXPECT_EQ(document[1]["id"].GetInt(), 1);
}

TEST_F(BatchTest, EveryCallOfItHasALinkKeyOfItsOwn) {
  shake_hands("2025-03-26");
  caller_.link_key = "link:7";
  const std::string params = R"({"name":"wait"})";
  send("[" + plain("1", "tools/call", params) + "," + plain("2", "tools/call", params) + "]");
  ASSERT_EQ(open_.size(), 2U);
  EXPECT_EQ(open_[0].context.caller.link_key, "link:7/0");
  EXPECT_EQ(open_[1].context.caller.link_key, "link:7/1");
}

TEST_F(BatchTest, OfNotificationsIsNotAnswered) {
  shake_hands("2025-03-26");
  send(R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])");
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(silent_, 1);
}

TEST_F(BatchTest, ACancelledPartIsLeftOut) {
  shake_hands("2025-03-26");
  send("[" + plain("1", "tools/call", R"({"name":"wait"})") + "," + plain("2", "ping") + "]");
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0], R"([{"jsonrpc":"2.0","id":2,"result":{}}])");
}

TEST_F(BatchTest, EveryBadPartHasItsOwnError) {
  shake_hands("2025-03-26");
  const std::string init = plain("3", "initialize", R"({"protocolVersion":"2025-03-26"})");
  const auto document = parse(ask("[1," + init + "," + plain("2", "ping") + "]"));
  ASSERT_EQ(document.Size(), 3U);
  EXPECT_EQ(document[0]["error"]["code"].GetInt(), kInvalidRequest);
  EXPECT_EQ(document[1]["error"]["code"].GetInt(), kInvalidRequest);
  EXPECT_TRUE(document[2].HasMember("result"));
}

TEST_F(BatchTest, ExistsInOneRevisionOnly) {
  EXPECT_EQ(error_code(ask("[" + plain("1", "ping") + "]")), kInvalidRequest);
  for (const char* version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
    shake_hands(version);
    EXPECT_EQ(error_code(ask("[" + plain("1", "ping") + "]")), kInvalidRequest) << version;
  }
}

TEST_F(BatchTest, IsBounded) {
  shake_hands("2025-03-26");
  EXPECT_EQ(error_code(ask("[]")), kInvalidRequest);
  EXPECT_EQ(error_code(ask("[1,")), kParseError);
  std::string many = "[1";
  for (std::size_t i = 0; i < Peer::kMaxBatch; ++i) many += ",1";
  EXPECT_EQ(error_code(ask(many + "]")), kInvalidRequest);
}

}  // namespace
}  // namespace berth::mcp
