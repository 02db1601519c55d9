#include "api/mcp/header_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::api_mcp {
namespace {

using testing::HasSubstr;

constexpr std::string_view kCall =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_weather",)"
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}}}})";

using Fields = std::vector<std::pair<std::string, std::string>>;

http::Request request_with(const Fields& fields) {
  auto message = std::make_unique<Poco::Net::HTTPRequest>("POST", "/mcp", "HTTP/1.1");
  for (const auto& [name, value] : fields) message->add(name, value);
  http::Request request;
  request.message = std::move(message);
  return request;
}

const Fields kGood{{"mcp-protocol-version", "2026-07-28"},
                   {"MCP-METHOD", "tools/call"},
                   {"Mcp-Name", "get_weather"}};

Fields with(const std::string& name, const std::string& value) {
  Fields fields = kGood;
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

Fields without(const std::string& name) {
  Fields fields = kGood;
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}

int code(const Fields& fields, std::string_view body = kCall) {
  const auto message = mcp::parse_message(body);
  EXPECT_TRUE(message) << body;
  const auto checked = check_modern_headers(request_with(fields), *message);
  return checked ? 0 : checked.error().code;
}

TEST(HeaderChecks, AcceptFieldsThatSayWhatTheBodySays) {
  EXPECT_EQ(code(kGood), 0);
  EXPECT_EQ(code(with("Mcp-Name", "=?base64?Z2V0X3dlYXRoZXI=?=")), 0);
}

TEST(HeaderChecks, TasksAreNamedByTheirIds) {
  for (const std::string method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    const std::string body = R"({"jsonrpc":"2.0","id":1,"method":")" + method +
                             R"(","params":{"taskId":"get_weather"}})";
    Fields fields = with("MCP-METHOD", method);
    EXPECT_EQ(code(fields, body), 0) << method;
    fields.back().second = "another";
    EXPECT_EQ(code(fields, body), mcp::kHeaderMismatch) << method;
  }
}

TEST(HeaderChecks, RefuseFieldsThatAreMissingTwiceOrDifferent) {
  for (const char* name : {"mcp-protocol-version", "MCP-METHOD", "Mcp-Name"}) {
    EXPECT_EQ(code(without(name)), mcp::kHeaderMismatch) << name;
    Fields twice = kGood;
    twice.emplace_back(name, "x");
    EXPECT_EQ(code(twice), mcp::kHeaderMismatch) << name;
    EXPECT_EQ(code(with(name, "other")), mcp::kHeaderMismatch) << name;
  }
  EXPECT_EQ(code(with("Mcp-Name", "Get_Weather")), mcp::kHeaderMismatch) << "case counts";
  EXPECT_EQ(code(with("Mcp-Name", "=?base64?!!!?=")), mcp::kHeaderMismatch);
  const auto message = mcp::parse_message(kCall);
  EXPECT_EQ(check_modern_headers(request_with(with("Mcp-Name", "foo")), *message).error().message,
            "Header mismatch: Mcp-Name header value 'foo' does not match body value 'get_weather'");
}

TEST(HeaderChecks, NameTheVersionsWhenTheVersionIsNotServed) {
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
                           R"("io.modelcontextprotocol/protocolVersion":"1900-01-01",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  EXPECT_EQ(code({{"MCP-Protocol-Version", "1900-01-01"}}, body), mcp::kUnsupportedProtocolVersion);
  EXPECT_EQ(code({{"MCP-Protocol-Version", "2026-07-28"}}, body), mcp::kHeaderMismatch);
}

TEST(HeaderChecks, AskForANameOnlyWhereThereIsOne) {
  const Fields fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}};
  EXPECT_EQ(code(fields, R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), 0);
  EXPECT_EQ(code({{"MCP-Protocol-Version", "2026-07-28"}},
                 R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"),
            0)
      << "the revision defines no fields for notifications";
}

TEST(HeaderChecks, DecodeTheSpecificationsExamples) {
  EXPECT_EQ(decode_header_value("us-west1"), "us-west1");
  EXPECT_EQ(decode_header_value("=?base64?SGVsbG8sIOS4lueVjA==?="), "Hello, 世界");
  EXPECT_EQ(decode_header_value("=?base64?IHBhZGRlZCA=?="), " padded ");
  EXPECT_EQ(decode_header_value("=?base64?bGluZTEKbGluZTI=?="), "line1\nline2");
  EXPECT_EQ(decode_header_value("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="), "=?base64?literal?=");
  EXPECT_EQ(decode_header_value("=?base64?"
                                "?="),
            "");
  EXPECT_EQ(decode_header_value("=?BASE64?eA==?="), "=?BASE64?eA==?=") << "the markers are exact";
  EXPECT_EQ(decode_header_value("=?base64?="), "=?base64?=");
}

TEST(HeaderChecks, DecodeNothingThatIsNotBase64OfText) {
  for (const char* inner : {"e", "eA", "eA=", "e===", "eA==eA==", "eB==", "e A=", "/w==", "=eA="}) {
    EXPECT_EQ(decode_header_value("=?base64?" + std::string(inner) + "?="), std::nullopt) << inner;
  }
}

TEST(HeaderChecks, MediaTypes) {
  const auto status = [](const Fields& fields) { return check_media_types(request_with(fields)); };
  const std::string json = "application/json";
  EXPECT_EQ(status({{"Content-Type", json}}), 0);
  EXPECT_EQ(status({{"Content-Type", "Application/JSON; charset=utf-8"},
                    {"Accept", "application/json, text/event-stream"}}),
            0);
  EXPECT_EQ(status({{"Content-Type", json}, {"Accept", "*/*"}}), 0);
  EXPECT_EQ(status({{"Content-Type", json}, {"Accept", "text/*;q=0.5,application/*"}}), 0);
  EXPECT_EQ(status({{"Content-Type", json}, {"Accept", json}}), 406);
  EXPECT_EQ(status({{"Content-Type", json}, {"Accept", "text/event-stream"}}), 406);
  EXPECT_EQ(status({{"Content-Type", "text/plain"}}), 415);
  EXPECT_EQ(status({}), 415);
}

}  // namespace
}  // namespace berth::api_mcp
