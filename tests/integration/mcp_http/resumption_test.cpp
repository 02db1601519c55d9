#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/mcp_http/mcp_thread.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Resumption : public testing::Test {
 protected:
  /// Starts a session and keeps the header that names it.
  void start(const std::string& version) {
    const auto response = client_.exchange(
        post_mcp(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                 version + R"(","capabilities":{},"clientInfo":{"name":"IDE","version":"7"}}})"));
    ASSERT_EQ(response.status, 200);
    session_ = "Mcp-Session-Id: " + response.headers.at("mcp-session-id") + "\r\n";
  }

  /// A call whose answer comes over a stream, on a connection of its own that breaks once the
  /// stream has been opened. What came until then.
  std::string call_and_break() {
    auto caller = mcp_.connect();
    caller.send(post_mcp(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait",)"
                         R"("_meta":{"progressToken":"t"}}})",
                         session_));
    EXPECT_TRUE(mcp_.wait_for_calls(++calls_));
    tell(1, "first");
    std::string seen = caller.read_until("first");
    caller.reset();
    EXPECT_TRUE(mcp_.wait_until(
        [](McpThread::World& world) { return world.front.statistics().open_connections == 1; }));
    return seen;
  }

  void tell(double progress, const std::string& text) {
    mcp_.on_loop([&](McpThread::World& world) {
      world.calls.at(calls_ - 1).context.progress(progress, std::nullopt, text);
    });
  }

  std::string resume(const std::string& last_event) const {
    return "GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer client-token\r\n"
           "Accept: text/event-stream\r\n" +
           session_ + "Last-Event-ID: " + last_event + "\r\n\r\n";
  }

  McpThread mcp_;
  SocketClient client_ = mcp_.connect();
  std::string session_;
  std::size_t calls_ = 0;
};

TEST_F(Resumption, WhatWasMissedOfAnAnswerIsSentAgainAndTheRestFollows) {
  start("2025-11-25");
  EXPECT_THAT(call_and_break(), AllOf(HasSubstr("id: a1-1\nretry: 500\ndata: \n\n"),
                                      HasSubstr("id: a1-2\nevent: message\n")));
  tell(2, "second");
  auto again = mcp_.connect();
  again.send(resume("a1-1"));
  const std::string missed = again.read_until("second");
  EXPECT_THAT(missed, AllOf(HasSubstr("first"), HasSubstr("id: a1-3\n"), Not(HasSubstr("a1-1\n"))));
  mcp_.finish(0, "the end");
  EXPECT_THAT(again.read_until("\n\n"), HasSubstr("\n"));
  auto late = mcp_.connect();
  const auto rest = late.exchange(resume("a1-3"));
  EXPECT_THAT(rest.body, AllOf(StartsWith("id: a1-4\n"), HasSubstr("the end")));
  EXPECT_TRUE(rest.complete);
  EXPECT_EQ(late.exchange(resume("a1-4")).body, "");
}

TEST_F(Resumption, AnAnswerThatNobodyReadIsKept) {
  start("2025-11-25");
  call_and_break();
  mcp_.finish(0, "kept");
  EXPECT_THAT(client_.exchange(resume("a1-2")).body, HasSubstr("kept"));
}

TEST_F(Resumption, ClientsOfBeforeAreNotPrimed) {
  start("2025-06-18");
  EXPECT_THAT(call_and_break(),
              AllOf(HasSubstr("id: a1-1\nevent: message\n"), Not(HasSubstr("retry"))));
}

TEST_F(Resumption, IsRefusedForWhatThereIsNot) {
  start("2025-11-25");
  for (const std::string unknown : {"a7-1", "a1", "x", "-1", "a1-x"}) {
    EXPECT_EQ(client_.exchange(resume(unknown)).status, 400) << unknown;
  }
}

TEST_F(Resumption, OnlySoManyAnswersAreKept) {
  start("2025-11-25");
  for (std::size_t call = 0; call < api_mcp::SessionStreams::kMaxEnded + 2; ++call) {
    call_and_break();
    mcp_.finish(call, "done");
  }
  EXPECT_EQ(client_.exchange(resume("a1-1")).status, 400);
  EXPECT_EQ(client_.exchange(resume("a30-1")).status, 200);
}

TEST_F(Resumption, AListeningStreamIsOpenedAnew) {
  start("2025-11-25");
  auto listener = mcp_.connect();
  listener.send(resume("l1-5"));
  EXPECT_THAT(listener.read_until("\ndata: "), AllOf(HasSubstr("200"), HasSubstr("id: l1-1\n")));
}

}  // namespace
}  // namespace berth::test
