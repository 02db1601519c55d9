#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;

class CancellationTest : public PeerTest {
 protected:
  void call(const std::string& id) { send(plain(id, "tools/call", R"({"name":"wait"})")); }
  void cancel(const std::string& id) {
    send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
         R"(,"reason":"User requested cancellation"}})");
  }
  void finish(std::size_t index, const std::string& text) {
    open_.at(index).done(ToolResult{text, {}, false, {}});
  }
};

TEST_F(CancellationTest, ACancelledCallIsToldAndNeverAnswered) {
  shake_hands("2025-11-25");
  call(R"("123")");
  bool told = false;
  open_.at(0).context.cancel->on_cancel([&] { told = true; });
  cancel(R"("123")");
  EXPECT_TRUE(told);
  EXPECT_EQ(open_[0].context.cancel->reason(), "User requested cancellation");
  finish(0, "too late");
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(silent_, 2) << "neither the request nor the notification gets a response";
  EXPECT_EQ(peer_->in_flight(), 0U);
}

TEST_F(CancellationTest, TheIdsTypeCounts) {
  shake_hands("2025-11-25");
  call("1");
  call(R"("1")");
  cancel(R"("1")");
  EXPECT_FALSE(open_.at(0).context.cancel->cancelled());
  EXPECT_TRUE(open_.at(1).context.cancel->cancelled());
  finish(0, "first");
  EXPECT_THAT(sent_.back(), HasSubstr(R"("id":1,)"));
}

TEST_F(CancellationTest, UnknownFinishedAndMalformedOnesAreIgnored) {
  shake_hands("2025-11-25");
  call("1");
  finish(0, "done");
  cancel("1");
  cancel("99");
  cancel("null");
  send(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(CancellationTest, ALateResultDoesNotAnswerANewRequestWithTheSameId) {
  shake_hands("2025-11-25");
  call("1");
  cancel("1");
  call("1");
  finish(0, "of the cancelled call");
  EXPECT_TRUE(sent_.empty());
  finish(1, "of the new call");
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_THAT(sent_[0], HasSubstr("of the new call"));
}

TEST_F(CancellationTest, CallsRunInParallelAndAreAnsweredAsTheyEnd) {
  shake_hands("2025-11-25");
  call("1");
  call("2");
  call("3");
  EXPECT_EQ(error_code(ask(plain("4", "ping"))), 0) << "nothing waits behind a call";
  finish(1, "second");
  EXPECT_THAT(sent_.back(), HasSubstr(R"("id":2,)"));
  finish(2, "third");
  finish(0, "first");
  EXPECT_THAT(sent_.back(), HasSubstr(R"("id":1,)"));
}

TEST_F(CancellationTest, AnIdInFlightIsRefused) {
  shake_hands("2025-11-25");
  call("1");
  EXPECT_EQ(error_code(ask(plain("1", "ping"))), kInvalidRequest);
  finish(0, "still answered");
  EXPECT_THAT(sent_.back(), HasSubstr("still answered"));
  EXPECT_EQ(error_code(ask(plain("1", "ping"))), 0) << "free again";
}

TEST_F(CancellationTest, RequestsInFlightAreBounded) {
  shake_hands("2025-11-25");
  for (std::size_t i = 0; i < Peer::kMaxInFlight; ++i) call(std::to_string(i));
  EXPECT_THAT(ask(plain("1000", "ping")), HasSubstr("limit_exceeded"));
  finish(0, "one is free");
  EXPECT_EQ(error_code(ask(plain("1000", "ping"))), 0);
}

TEST_F(CancellationTest, ClosingCanCancelAll) {
  call("1");
  shake_hands("2025-11-25");
  call("1");
  call("2");
  peer_->cancel_all("the client closed the response stream");
  EXPECT_TRUE(open_.at(0).context.cancel->cancelled());
  EXPECT_TRUE(open_.at(1).context.cancel->cancelled());
  EXPECT_EQ(silent_, 2);
  finish(0, "late");
  EXPECT_TRUE(sent_.empty());
}

TEST_F(CancellationTest, ADestroyedPeerLeavesItsCallsRunning) {
  shake_hands("2025-11-25");
  call("1");
  peer_.reset();
  EXPECT_FALSE(open_.at(0).context.cancel->cancelled());
  finish(0, "nobody is there");
  EXPECT_TRUE(sent_.empty());
}

TEST_F(CancellationTest, AReplyMayDestroyThePeer) {
  shake_hands("2025-11-25");
  peer_->receive(plain("1", "tools/call", R"({"name":"wait"})"), caller_,
                 [this](const Outgoing&) { peer_.reset(); });
  finish(0, "the last");
  EXPECT_FALSE(peer_);
  peer_ = std::make_unique<Peer>(server_);
  peer_->receive(plain("1", "ping"), caller_, [this](const Outgoing&) { peer_.reset(); });
  EXPECT_FALSE(peer_);
}

}  // namespace
}  // namespace berth::mcp
