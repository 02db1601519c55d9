#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class LoggingTest : public PeerTest {
 protected:
  const LogSink& call_wait(const std::string& message) {
    send(message);
    return open_.back().context.log;
  }
  static std::string handshake_call(const std::string& id) {
    return plain(id, "tools/call", R"({"name":"wait","arguments":{}})");
  }
  static std::string modern_call(const std::string& id, const std::string& meta) {
    return modern(id, "tools/call", R"("name":"wait","arguments":{})", meta);
  }
};

TEST_F(LoggingTest, AHandshakeClientSetsTheLeastLevel) {
  shake_hands("2025-11-25");
  const LogSink& log = call_wait(handshake_call("1"));
  log(LogLevel::debug, "shell", "\"unheard\"");
  EXPECT_THAT(sent_, IsEmpty());
  log(LogLevel::info, "shell", R"({"it":"starts"})");
  EXPECT_EQ(sent_.back(), R"({"jsonrpc":"2.0","method":"notifications/message",)"
                          R"("params":{"level":"info","logger":"shell","data":{"it":"starts"}}})");

  EXPECT_THAT(ask(plain("2", "logging/setLevel", R"({"level":"error"})")),
              HasSubstr("\"result\":{}"));
  sent_.clear();
  const LogSink& quiet = call_wait(handshake_call("3"));
  quiet(LogLevel::warning, "shell", "1");
  EXPECT_THAT(sent_, IsEmpty());
  quiet(LogLevel::emergency, "shell", "1");
  EXPECT_EQ(sent_.size(), 1U);
  for (const std::string wrong : {"{}", R"({"level":"loud"})", R"({"level":3})"}) {
    EXPECT_EQ(error_code(ask(plain("4", "logging/setLevel", wrong))), kInvalidParams) << wrong;
  }
}

TEST_F(LoggingTest, AModernRequestIsToldOnlyWhatItAsksFor) {
  EXPECT_FALSE(call_wait(modern_call("1", "")));
  const LogSink& log =
      call_wait(modern_call("2", R"(,"io.modelcontextprotocol/logLevel":"notice")"));
  ASSERT_TRUE(log);
  log(LogLevel::info, "shell", "1");
  EXPECT_THAT(sent_, IsEmpty());
  log(LogLevel::notice, "shell", "1");
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(error_code(ask(modern_call("3", R"(,"io.modelcontextprotocol/logLevel":"loud")"))),
            kInvalidParams);
  EXPECT_EQ(error_code(ask(modern("4", "logging/setLevel", R"("level":"info")"))), kMethodNotFound);
}

TEST_F(LoggingTest, NothingIsToldOfACallThatHasEnded) {
  shake_hands("2025-11-25");
  const LogSink log = call_wait(handshake_call("1"));
  open_.back().done(ToolResult{});
  sent_.clear();
  log(LogLevel::error, "shell", "1");
  EXPECT_THAT(sent_, IsEmpty());
}

}  // namespace
}  // namespace berth::mcp
