#include "api/mcp/parameter_headers.h"

#include <gtest/gtest.h>

namespace berth::api_mcp {
namespace {

/// A tool `route` with a mirrored string, integer and boolean.
class ParameterHeaders : public testing::Test {
 protected:
  ParameterHeaders() {
    mcp::Tool tool;
    tool.name = "route";
    tool.input_schema =
        R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
        R"("port":{"type":"integer","x-mcp-header":"Port"},)"
        R"("dry":{"type":"boolean","x-mcp-header":"Dry"}}})";
    EXPECT_TRUE(tools_.add(
        tool, [](const mcp::CallContext&, const rapidjson::Value&, const mcp::ToolDone&) {}));
  }

  bool passes(const std::string& arguments,
              const std::vector<std::pair<std::string, std::string>>& fields) const {
    const std::string text =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"route","arguments":)" +
        arguments + "}}";
    const auto message = mcp::parse_message(text);
    EXPECT_TRUE(message) << text;
    auto head = std::make_unique<Poco::Net::HTTPRequest>("POST", "/mcp", "HTTP/1.1");
    for (const auto& [name, value] : fields) head->add(name, value);
    http::Request request;
    request.message = std::move(head);
    const auto checked = check_parameter_headers(request, *message, tools_);
    EXPECT_EQ(checked ? mcp::kHeaderMismatch : checked.error().code, mcp::kHeaderMismatch);
    return checked.has_value();
  }

  mcp::ToolSet tools_;
};

TEST_F(ParameterHeaders, SayWhatTheArgumentsSay) {
  EXPECT_TRUE(passes("{}", {}));
  EXPECT_TRUE(passes(R"({"region":null})", {}));
  EXPECT_TRUE(passes(R"({"region":"eu"})", {{"mcp-param-REGION", "eu"}}));
  EXPECT_TRUE(passes(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8=?="}}));
  EXPECT_TRUE(passes(R"({"region":"=?base64?x"})", {{"Mcp-Param-Region", "=?base64?x"}}));
  EXPECT_TRUE(passes(R"({"port":42})", {{"Mcp-Param-Port", "42"}}));
  EXPECT_TRUE(passes(R"({"port":42})", {{"Mcp-Param-Port", "42.0"}}));
  EXPECT_TRUE(passes(R"({"dry":true})", {{"Mcp-Param-Dry", "true"}}));
}

TEST_F(ParameterHeaders, AreRefusedWhereTheySaySomethingElse) {
  EXPECT_FALSE(passes(R"({"region":"eu"})", {}));
  EXPECT_FALSE(passes("{}", {{"Mcp-Param-Region", "eu"}}));
  EXPECT_FALSE(passes(R"({"region":"eu"})", {{"Mcp-Param-Region", "EU"}}));
  EXPECT_FALSE(
      passes(R"({"region":"eu"})", {{"Mcp-Param-Region", "eu"}, {"Mcp-Param-Region", "eu"}}));
  EXPECT_FALSE(passes(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8?="}}));
  EXPECT_FALSE(passes(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}}));
  EXPECT_FALSE(passes(R"({"port":42})", {{"Mcp-Param-Port", "42x"}}));
  EXPECT_FALSE(passes(R"({"dry":true})", {{"Mcp-Param-Dry", "True"}}));
}

}  // namespace
}  // namespace berth::api_mcp
