#include "api/mcp/simple_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/mcp/tool_set.h"
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
  std::shared_ptr<SimpleProtocol> protocol_ = std::make_shared<SimpleProtocol>(
      peer_, [this](const std::string& message) { sent_.push_back(message); });
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

}  // namespace
}  // namespace berth::api_mcp
