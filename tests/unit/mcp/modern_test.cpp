#include "tests/unit/mcp/peer_fixture.h"

namespace berth::mcp {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using ModernTest = PeerTest;

// The requests below are the examples of the specification's schema (2026-07-28).

TEST_F(ModernTest, Discovers) {
  const std::string answer = ask(R"({
    "jsonrpc": "2.0", "id": "discover-1", "method": "server/discover",
    "params": {"_meta": {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": {"name": "ExampleClient", "version": "1.0.0"},
      "io.modelcontextprotocol/clientCapabilities": {}}}})");
  const auto document = parse(answer);
  const auto& result = document["result"];
  EXPECT_STREQ(document["id"].GetString(), "discover-1");
  EXPECT_STREQ(result["resultType"].GetString(), "complete");
  ASSERT_EQ(result["supportedVersions"].Size(), 1U) << "those that can be asked for in this form";
  EXPECT_STREQ(result["supportedVersions"][0].GetString(), "2026-07-28");
  EXPECT_TRUE(result["capabilities"]["tools"].IsObject());
  EXPECT_STREQ(result["instructions"].GetString(), "Use it well.");
  EXPECT_GT(result["ttlMs"].GetInt64(), 0);
  EXPECT_STREQ(result["cacheScope"].GetString(), "private");
  const auto& info = result["_meta"]["io.modelcontextprotocol/serverInfo"];
  EXPECT_STREQ(info["name"].GetString(), "berth");
  EXPECT_STREQ(info["version"].GetString(), "1.2.3");
  EXPECT_EQ(peer_->client().name, "ExampleClient");
  EXPECT_FALSE(peer_->handshake()) << "a modern request agrees on nothing";
}

TEST_F(ModernTest, ListsTools) {
  const std::string answer = ask(modern(R"("list-tools-example")", "tools/list"));
  const auto document = parse(answer);
  const auto& result = document["result"];
  EXPECT_STREQ(result["resultType"].GetString(), "complete");
  ASSERT_EQ(result["tools"].Size(), 2U);
  EXPECT_STREQ(result["tools"][0]["name"].GetString(), "get_weather");
  EXPECT_STREQ(result["tools"][0]["inputSchema"]["type"].GetString(), "object");
  EXPECT_TRUE(result.HasMember("ttlMs"));
  EXPECT_TRUE(result.HasMember("cacheScope"));
  EXPECT_FALSE(result.HasMember("nextCursor"));
  Peer other(server_);
  std::string again;
  other.receive(modern(R"("list-tools-example")", "tools/list"), caller_,
                [&](const Outgoing& outgoing) { again = outgoing.text; });
  EXPECT_EQ(again, answer) << "the same on every connection";
}

TEST_F(ModernTest, PagesTools) {
  const Server small({}, tools_, clock_, sign_for_tests, 1);
  peer_ = std::make_unique<Peer>(small);
  EXPECT_THAT(ask(modern("1", "tools/list")), AllOf(HasSubstr(R"("nextCursor":"get_weather")"),
                                                    Not(HasSubstr(R"("name":"wait")"))));
  EXPECT_THAT(ask(modern("2", "tools/list", R"("cursor":"get_weather")")),
              AllOf(HasSubstr(R"("name":"wait")"), Not(HasSubstr("nextCursor"))));
  EXPECT_EQ(error_code(ask(modern("3", "tools/list", R"("cursor":"no-such-page")"))),
            kInvalidParams);
  EXPECT_EQ(error_code(ask(modern("4", "tools/list", R"("cursor":7)"))), kInvalidParams);
}

TEST_F(ModernTest, CallsATool) {
  const std::string answer = ask(R"({
    "jsonrpc": "2.0", "id": "call-tool-example", "method": "tools/call",
    "params": {"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "ExampleClient", "version": "1.0.0"},
        "io.modelcontextprotocol/clientCapabilities": {}},
      "name": "get_weather", "arguments": {"location": "New York"}}})");
  const auto document = parse(answer);
  const auto& result = document["result"];
  EXPECT_STREQ(document["id"].GetString(), "call-tool-example");
  EXPECT_STREQ(result["resultType"].GetString(), "complete");
  EXPECT_STREQ(result["content"][0]["type"].GetString(), "text");
  EXPECT_STREQ(result["content"][0]["text"].GetString(), "Current weather in New York");
  EXPECT_EQ(result["structuredContent"]["temperature"].GetDouble(), 22.5);
  EXPECT_FALSE(result["isError"].GetBool());
  EXPECT_TRUE(result["_meta"].HasMember("io.modelcontextprotocol/serverInfo"));
  EXPECT_FALSE(last_.refused);
}

TEST_F(ModernTest, ErrorsOfToolsAndWrongArgumentsAreResultsTheModelSees) {
  const auto failed = parse(ask(
      modern("1", "tools/call", R"("name":"get_weather","arguments":{"location":"Atlantis"})")));
  EXPECT_TRUE(failed["result"]["isError"].GetBool());
  EXPECT_FALSE(failed["result"].HasMember("structuredContent")) << "it would not fit outputSchema";
  const auto& error = failed["result"]["_meta"]["berth/error"];
  EXPECT_STREQ(error["code"].GetString(), "limit_exceeded");
  EXPECT_STREQ(error["field"].GetString(), "arguments.location");
  EXPECT_EQ(error["retry_after_ms"].GetInt(), 1500);

  const auto wrong =
      parse(ask(modern("2", "tools/call", R"("name":"get_weather","arguments":{"location":5})")));
  EXPECT_TRUE(wrong["result"]["isError"].GetBool());
  EXPECT_THAT(wrong["result"]["content"][0]["text"].GetString(),
              HasSubstr("arguments.location must be a string"));
}

TEST_F(ModernTest, UnknownToolsAndMalformedCallsAreProtocolErrors) {
  const std::string unknown = ask(modern("1", "tools/call", R"("name":"invalid_tool_name")"));
  EXPECT_EQ(error_code(unknown), kInvalidParams);
  EXPECT_THAT(unknown, HasSubstr("Unknown tool: invalid_tool_name"));
  EXPECT_EQ(error_code(ask(modern("2", "tools/call"))), kInvalidParams);
  EXPECT_EQ(error_code(ask(modern("3", "tools/call", R"("name":"wait","arguments":[])"))),
            kInvalidParams);
  EXPECT_FALSE(last_.refused) << "the method was reached";
}

TEST_F(ModernTest, MethodsOfTheHandshakeEraDoNotExist) {
  for (const char* method : {"ping", "logging/setLevel", "resources/subscribe", "no/such"}) {
    EXPECT_EQ(error_code(ask(modern("1", method))), kMethodNotFound) << method;
    EXPECT_EQ(last_.error_code, kMethodNotFound);
  }
}

TEST_F(ModernTest, RequiresTheProtocolFieldsOfEveryRequest) {
  const auto with_meta = [&](const std::string& meta) {
    return ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)" + meta +
               "}}}");
  };
  const std::string version = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")";
  const std::string capabilities = R"("io.modelcontextprotocol/clientCapabilities":{})";
  EXPECT_THAT(with_meta(version), AllOf(HasSubstr("-32602"), HasSubstr("clientCapabilities")));
  EXPECT_THAT(with_meta(capabilities), AllOf(HasSubstr("-32602"), HasSubstr("protocolVersion")));
  EXPECT_TRUE(last_.refused);
  EXPECT_THAT(with_meta(""), AllOf(HasSubstr("-32602"), HasSubstr("protocolVersion")));
  EXPECT_EQ(error_code(with_meta(R"("io.modelcontextprotocol/protocolVersion":7,)" + capabilities)),
            kInvalidParams);
  EXPECT_EQ(error_code(with_meta(version + R"(,"io.modelcontextprotocol/clientCapabilities":[])")),
            kInvalidParams);
  EXPECT_EQ(error_code(with_meta(version + "," + capabilities +
                                 R"(,"io.modelcontextprotocol/clientInfo":"me")")),
            kInvalidParams);
  EXPECT_EQ(error_code(with_meta(version + "," + capabilities + R"(,"progressToken":1.5)")),
            kInvalidParams);
  EXPECT_EQ(error_code(with_meta(version + "," + capabilities)), 0);
}

TEST_F(ModernTest, NamesTheVersionsItSupports) {
  const auto document =
      parse(ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
        "io.modelcontextprotocol/protocolVersion":"1900-01-01",
        "io.modelcontextprotocol/clientCapabilities":{}}}})"));
  const auto& error = document["error"];
  EXPECT_EQ(error["code"].GetInt(), -32022);
  EXPECT_STREQ(error["message"].GetString(), "Unsupported protocol version");
  EXPECT_STREQ(error["data"]["requested"].GetString(), "1900-01-01");
  ASSERT_EQ(error["data"]["supported"].Size(), 1U);
  EXPECT_STREQ(error["data"]["supported"][0].GetString(), "2026-07-28");
}

TEST_F(ModernTest, NamesNoVersionThatTheFormOfTheRequestCanNotHave) {
  const auto document =
      parse(ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{
        "io.modelcontextprotocol/protocolVersion":"2025-11-25",
        "io.modelcontextprotocol/clientCapabilities":{}}}})"));
  const auto& error = document["error"];
  EXPECT_EQ(error["code"].GetInt(), -32022);
  ASSERT_EQ(error["data"]["supported"].Size(), 1U);
  EXPECT_STREQ(error["data"]["supported"][0].GetString(), "2026-07-28");
  EXPECT_NE(std::string(error["message"].GetString()).find("initialize"), std::string::npos);
}

TEST_F(ModernTest, ProgressGoesOutBeforeTheResponseAndStopsWithIt) {
  send(modern("7", "tools/call", R"("name":"wait")", R"(,"progressToken":"oivaizmir")"));
  ASSERT_EQ(open_.size(), 1U);
  ASSERT_TRUE(open_[0].context.progress);
  open_[0].context.progress(50, 100, "Reticulating splines...");
  EXPECT_EQ(sent_.back(), R"({"jsonrpc":"2.0","method":"notifications/progress","params":{)"
                          R"("progressToken":"oivaizmir","progress":50.0,"total":100.0,)"
                          R"("message":"Reticulating splines..."}})");
  open_[0].context.progress(50, 100, "again");
  EXPECT_EQ(sent_.size(), 1U) << "progress must rise";
  open_[0].done(ToolResult{"done", {}, false, {}});
  EXPECT_EQ(sent_.size(), 2U);
  open_[0].context.progress(90, std::nullopt, "late");
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(ModernTest, WithoutATokenThereIsNoProgress) {
  send(modern("7", "tools/call", R"("name":"wait")"));
  EXPECT_FALSE(open_.at(0).context.progress);
}

TEST_F(ModernTest, OneStreamCarriesBothEras) {
  EXPECT_EQ(error_code(ask(modern("1", "server/discover"))), 0);
  shake_hands("2025-11-25");
  EXPECT_THAT(ask(plain("2", "tools/list")), Not(HasSubstr("resultType")));
  EXPECT_THAT(ask(modern("3", "tools/list")), HasSubstr("resultType"));
  EXPECT_EQ(error_code(ask(plain("4", "ping"))), 0);
  EXPECT_EQ(error_code(ask(modern("5", "ping"))), kMethodNotFound);
}

}  // namespace
}  // namespace berth::mcp
