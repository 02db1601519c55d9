#include "api/mcp/link_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "service/net/link_frame.h"
#include "tests/support/sign_for_tests.h"

namespace berth::api_mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Resources that can only be watched.
class Watched final : public core::Resources {
 public:
  void list(const core::Caller&, std::string, Done<core::Page<core::ResourceInfo>> done) override {
    done({});
  }
  std::vector<core::ResourceInfo> templates() const override { return {}; }
  void complete(const core::Caller&, const std::string&, const std::string&, const std::string&,
                Done<core::Completion> done) override {
    done({});
  }
  void read(const core::Caller&, const std::string&, Done<core::ResourceContents> done) override {
    done(core::fail(core::ErrorCode::not_found, "not here"));
  }
  void watch(const core::Caller&, const std::string& uri, std::function<void()> changed,
             Done<std::shared_ptr<void>> done) override {
    change[uri] = std::move(changed);
    done(std::make_shared<int>());
  }
  std::map<std::string, std::function<void()>> change;
};

class LinkClientTest : public testing::Test {
 protected:
  LinkClientTest() {
    mcp::Tool wait;
    wait.name = "wait";
    wait.input_schema = R"({"type":"object"})";
    EXPECT_TRUE(tools_.add(
        wait, [this](const mcp::CallContext& context, const rapidjson::Value&, mcp::ToolDone done) {
          link_keys_.push_back(context.caller.link_key);
          open_.push_back(std::move(done));
        }));
    attach();
    receive(1, R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"
               R"("protocolVersion":"2025-11-25"}})");
    EXPECT_TRUE(client_.acknowledge(1));
    frames_.clear();
  }

  void attach() {
    client_.attach(
        {[this](const std::string& frames) { frames_ += frames; }, [this] { overflowed_ = true; }});
  }
  void receive(std::uint64_t number, const std::string& text) {
    client_.receive(number, text, core::Caller());
  }
  void call(std::uint64_t number) {
    receive(number, R"({"jsonrpc":"2.0","id":)" + std::to_string(number) +
                        R"(,"method":"tools/call","params":{"name":"wait"}})");
  }
  void finish(std::size_t index, std::string text) {
    open_.at(index)(mcp::ToolResult{std::move(text), {}, false, {}});
  }
  /// The numbers of the messages that were written since the last call.
  std::vector<std::uint64_t> written() {
    net::LinkDecoder decoder;
    decoder.feed(std::exchange(frames_, {}));
    std::vector<std::uint64_t> numbers;
    while (auto frame = *decoder.next()) numbers.push_back(frame->number);
    return numbers;
  }

  mcp::ToolSet tools_;
  Watched watched_;
  core::SystemClock clock_;
  mcp::Server server_{{}, tools_, clock_, mcp::sign_for_tests, 100, &watched_};
  LinkClient client_{server_, 64U << 10U};
  std::string frames_;
  std::vector<mcp::ToolDone> open_;
  std::vector<std::string> link_keys_;
  bool overflowed_ = false;
};

TEST_F(LinkClientTest, NumbersItsMessages) {
  receive(2, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  EXPECT_EQ(frames_, "M 2 {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
  EXPECT_EQ(client_.received(), 2U);
}

TEST_F(LinkClientTest, TakesEachMessageOnce) {
  call(2);
  call(2);
  call(1);
  EXPECT_EQ(open_.size(), 1U);
  call(5);
  EXPECT_EQ(open_.size(), 2U) << "numbers may be left out";
  EXPECT_EQ(client_.received(), 5U);
}

TEST_F(LinkClientTest, ACallsKeyIsItsNumber) {
  call(2);
  call(9);
  EXPECT_THAT(link_keys_, ElementsAre("link:2", "link:9"));
}

TEST_F(LinkClientTest, KeepsWhatWasNotAcknowledgedOverABreak) {
  call(2);
  call(3);
  call(4);
  finish(0, "first");
  finish(1, "second");
  EXPECT_THAT(written(), ElementsAre(2, 3));
  client_.detach();
  finish(2, "while away");
  EXPECT_THAT(written(), IsEmpty());
  ASSERT_TRUE(client_.acknowledge(2));  // the hello's `received`
  attach();
  EXPECT_THAT(frames_, HasSubstr("second"));
  EXPECT_THAT(frames_, HasSubstr("while away"));
  EXPECT_THAT(written(), ElementsAre(3, 4));
  ASSERT_TRUE(client_.acknowledge(4));
  attach();
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(LinkClientTest, ChangesWhileAwayAreKeptOnceEach) {
  std::uint64_t number = 2;
  for (const std::string uri : {"a:", "b:"}) {
    receive(number, R"({"jsonrpc":"2.0","id":)" + std::to_string(number) +
                        R"(,"method":"resources/subscribe","params":{"uri":")" + uri + "\"}}");
    ++number;
  }
  EXPECT_THAT(written(), ElementsAre(2, 3));
  ASSERT_TRUE(client_.acknowledge(3));
  watched_.change["a:"]();
  watched_.change["a:"]();
  EXPECT_THAT(written(), ElementsAre(4, 5)) << "a bridge that is there hears of each";
  client_.detach();
  for (int i = 0; i < 3; ++i) {
    watched_.change["a:"]();
    watched_.change["b:"]();
  }
  ASSERT_TRUE(client_.acknowledge(5));
  attach();
  EXPECT_THAT(written(), ElementsAre(6, 7));
  watched_.change["a:"]();
  EXPECT_THAT(written(), ElementsAre(8));
  ASSERT_TRUE(client_.acknowledge(8));
  client_.detach();
  watched_.change["a:"]();
  attach();
  EXPECT_THAT(written(), ElementsAre(9)) << "away again";
}

TEST_F(LinkClientTest, RefusesAnAcknowledgementOfWhatItNeverSent) {
  EXPECT_FALSE(client_.acknowledge(2));
  EXPECT_TRUE(client_.acknowledge(1));
  EXPECT_TRUE(client_.acknowledge(0));
}

TEST_F(LinkClientTest, WhatIsKeptIsBounded) {
  client_.detach();
  const std::string big(9U << 10U, 'x');
  for (std::uint64_t i = 0; i < 8; ++i) {
    call(i + 2);
    finish(i, big);
  }
  EXPECT_TRUE(client_.overflowed());
  EXPECT_FALSE(overflowed_) << "nobody was attached";
}

TEST_F(LinkClientTest, AReaderThatNeverAcknowledgesIsTold) {
  const std::string big(9U << 10U, 'x');
  for (std::uint64_t i = 0; i < 8; ++i) {
    call(i + 2);
    finish(i, big);
    frames_.clear();
  }
  EXPECT_TRUE(overflowed_);
}

}  // namespace
}  // namespace berth::api_mcp
