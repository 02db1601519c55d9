#include "api/mcp/simple_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/mcp/tool_set.h"
#include "tests/support/scripted_feeds.h"
#include "tests/support/sign_for_tests.h"

namespace berth::api_mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SimpleProtocolTest : public ::testing::Test {
 protected:
  void add_tools(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      mcp::Tool tool;
      tool.name = name;
      tool.input_schema = R"({"type":"object"})";
      ASSERT_TRUE(tools_.add(tool, [this](const mcp::CallContext& context, const rapidjson::Value&,
                                          mcp::ToolDone done) {
        progress_ = context.progress != nullptr;
        done_.push_back(std::move(done));
      }));
    }
  }

  /// The names of the tools in the only answer to `list_tools`.
  std::vector<std::string> listed() {
    sent_.clear();
    protocol_->receive(R"({"op":"list_tools","id":1})", caller_);
    EXPECT_EQ(sent_.size(), 1U);
    const auto answer = core::parse_json(sent_.empty() ? "{}" : sent_[0]);
    std::vector<std::string> names;
    for (const auto& tool : (*answer)["tools"].GetArray()) {
      names.emplace_back(tool["name"].GetString());
    }
    return names;
  }

  mcp::ToolSet tools_;
  core::SystemClock clock_;
  mcp::Server server_{{.version = "1"}, tools_, clock_, mcp::sign_for_tests, 2};
  mcp::Peer peer_{server_};
  core::Caller caller_;
  std::vector<std::string> sent_;
  std::vector<mcp::ToolDone> done_;
  bool progress_ = false;
  bool idle_ = true;
  support::ScriptedFeeds feeds_;
  std::shared_ptr<SimpleProtocol> protocol_ = std::make_shared<SimpleProtocol>(
      peer_, feeds_,
      SimpleProtocol::Socket{[this](const std::string& message) { sent_.push_back(message); },
                             [this] { return idle_; }});
};

TEST_F(SimpleProtocolTest, AListIsWholeHoweverManyPagesItHas) {
  EXPECT_THAT(listed(), IsEmpty());
  add_tools({"a"});
  EXPECT_THAT(listed(), ElementsAre("a"));
  add_tools({"b"});
  EXPECT_THAT(listed(), ElementsAre("a", "b"));
  add_tools({"c", "d", "e"});
  EXPECT_THAT(listed(), ElementsAre("a", "b", "c", "d", "e"));
}

TEST_F(SimpleProtocolTest, SaysNothingByItself) {
  add_tools({"a"});
  EXPECT_THAT(sent_, IsEmpty()) << "of the revision that it agreed on";
  protocol_->receive(R"({"op":"call_tool","id":1,"name":"a","arguments":{"x":1},"_meta":{}})",
                     caller_);
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_FALSE(progress_);
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(SimpleProtocolTest, ALateAnswerFindsNobody) {
  add_tools({"a"});
  protocol_->receive(R"({"op":"call_tool","id":1,"name":"a"})", caller_);
  ASSERT_EQ(done_.size(), 1U);
  protocol_.reset();
  done_[0](mcp::ToolResult{"late", {}, false, {}});
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(SimpleProtocolTest, AnErrorOfAToolIsAResultWithItsData) {
  add_tools({"a"});
  protocol_->receive(R"({"op":"call_tool","id":"x","name":"a"})", caller_);
  ASSERT_EQ(done_.size(), 1U);
  done_[0](core::fail(core::ErrorCode::not_found, "There is no such job"));
  EXPECT_THAT(sent_, ElementsAre(testing::AllOf(HasSubstr(R"({"op":"result","id":"x",)"),
                                                HasSubstr(R"("isError":true)"),
                                                HasSubstr("There is no such job"))));
}

TEST_F(SimpleProtocolTest, EventsAreFollowedAsAskedAndFetchedOnceTheSocketHasTakenThem) {
  caller_.client_id = "me";
  protocol_->receive(
      R"({"op":"subscribe_events","id":1,"filter":{"topic":"job","type":["job.started","data.*"],)"
      R"("severity":"notice"},"last_event_id":7})",
      caller_);
  EXPECT_THAT(sent_, ElementsAre(R"({"op":"subscribed","id":1})"));
  ASSERT_EQ(feeds_.followed.size(), 1U);
  auto& feed = *feeds_.followed[0];
  EXPECT_EQ(feed.filter.client_id, "me") << "it is no admin";
  EXPECT_THAT(feed.filter.topics, ElementsAre("job"));
  EXPECT_THAT(feed.filter.types, ElementsAre("job.started", "data.*"));
  EXPECT_EQ(feed.filter.least_severity, core::Severity::notice);
  EXPECT_EQ(feed.place.after, 7);
  sent_.clear();
  idle_ = false;
  feed.on_events("{\"id\":8}\n{\"id\":9}\n");
  EXPECT_THAT(sent_, ElementsAre(R"({"op":"event","event":{"id":8}})",
                                 R"({"op":"event","event":{"id":9}})"));
  EXPECT_EQ(feed.asked_for_more, 0);
  protocol_->socket_idle();
  protocol_->socket_idle();
  EXPECT_EQ(feed.asked_for_more, 1);
  idle_ = true;
  feed.on_events("{\"id\":10}\n");
  EXPECT_EQ(feed.asked_for_more, 2);
}

TEST_F(SimpleProtocolTest, ASecondSubscriptionTakesThePlaceOfTheFirst) {
  caller_.identity.scope = core::Scope::admin;
  protocol_->receive(R"({"op":"subscribe_events"})", caller_);
  protocol_->receive(R"({"op":"subscribe_events","filter":{}})", caller_);
  EXPECT_THAT(sent_, IsEmpty());
  ASSERT_EQ(feeds_.followed.size(), 2U);
  EXPECT_FALSE(feeds_.followed[0]->open);
  EXPECT_TRUE(feeds_.followed[1]->open);
  EXPECT_TRUE(feeds_.followed[1]->filter.takes_everything());
  protocol_.reset();
  EXPECT_FALSE(feeds_.followed[1]->open);
}

TEST_F(SimpleProtocolTest, ASubscriptionWithAnIdThatCanNotBeAnsweredIsRefused) {
  for (const char* id : {"1.5", "null", "{}", "true"}) {
    sent_.clear();
    protocol_->receive(std::string(R"({"op":"subscribe_events","id":)") + id + "}", caller_);
    ASSERT_EQ(sent_.size(), 1U) << id;
    EXPECT_NE(sent_.front().find("id must be a string or an integer"), std::string::npos);
  }
  EXPECT_THAT(feeds_.followed, IsEmpty());
}

TEST_F(SimpleProtocolTest, ASubscriptionThatIsWrongIsRefusedByName) {
  for (const auto& [members, rule] : {
           std::pair(R"("since":"1h")", "since is not known"),
           std::pair(R"("filter":{"topic":""})", "topic must not be empty"),
           std::pair(R"("filter":[])", "filter must be an object"),
           std::pair(R"("filter":{"topic":5})", "filter.topic must be a text"),
           std::pair(R"("filter":{"topic":["nope"]})", "topic must be one of"),
           std::pair(R"("filter":{"colour":"red"})", "colour is not a filter"),
           std::pair(R"("last_event_id":"x")", "last_event_id must be"),
       }) {
    sent_.clear();
    protocol_->receive(std::string(R"({"op":"subscribe_events","id":1,)") + members + "}", caller_);
    EXPECT_THAT(sent_, ElementsAre(testing::AllOf(HasSubstr(R"("op":"error","id":1)"),
                                                  HasSubstr(R"("code":"invalid_argument")"),
                                                  HasSubstr(rule))));
  }
  EXPECT_THAT(feeds_.followed, IsEmpty());
}

}  // namespace
}  // namespace berth::api_mcp
