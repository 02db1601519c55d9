#include "service/install/plan.h"

#include <gtest/gtest.h>

#include "service/install/clients.h"
#include "tests/unit/install/sample_client.h"

namespace berth::install {
namespace {

const Wish kForced{"berth", "/opt/berth-bridge", true};

TEST(Plan, AnotherBridgeGetsItsProgramChangedAndKeepsTheRest) {
  EXPECT_EQ(installed(json_client(),
                      "{\"mcpServers\": {\"berth\": {\n  // mine\n  \"env\": {\"A\": \"1\"},\n"
                      "  \"command\": \"/old/berth-bridge\", \"args\": [\"--verbose\"],\n}}}"),
            "{\"mcpServers\": {\"berth\": {\n  // mine\n  \"env\": {\"A\": \"1\"},\n"
            "  \"command\": \"/opt/berth-bridge\", \"args\": [\"--verbose\"],\n}}}");
}

TEST(Plan, TheSameProgramIsLeftAsItIs) {
  const auto plan = plan_install(
      json_client(),
      R"({"mcpServers": {"berth": {"disabled": true, "command": "/opt/\u0062erth-bridge"}}})",
      kWish);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_FALSE(plan->after);
}

TEST(Plan, WhatIsNotBerthsNeedsForce) {
  const std::string text = "{\"mcpServers\": {\n  \"berth\": {\"command\": \"npx\"}}}";
  EXPECT_EQ(refusal(json_client(), text),
            "2:3: \"berth\" starts npx, which is no berth-bridge; --force replaces it, --name "
            "gives Berth's another name");
  EXPECT_EQ(installed(json_client(), text, kForced),
            "{\"mcpServers\": {\n  \"berth\": {\n    \"command\": \"/opt/berth-bridge\"\n  }}}");
  EXPECT_EQ(installed(json_client(), text, {"berth-2", "/b", false}),
            "{\"mcpServers\": {\n  \"berth\": {\"command\": \"npx\"},\n  \"berth-2\": {\n"
            "    \"command\": \"/b\"\n  }}}");
  const auto plan = plan_uninstall(json_client(), text, kWish);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, core::ErrorCode::conflict);
  EXPECT_EQ(plan.error().message,
            "2:3: \"berth\" starts npx, which is no berth-bridge; --force takes it out all the "
            "same");
  EXPECT_EQ(uninstalled(json_client(), text, kForced), "{\"mcpServers\": {}}");
}

TEST(Plan, EntriesThatStartNothingNeedForce) {
  for (const char* entry : {R"({"url": "http://127.0.0.1:7420/mcp"})", "null", "[]", "\"a\"",
                            R"({"command": 1})", R"({"command": []})", R"({"command": [1]})",
                            R"({"command": "berth-bridge", "command": "other"})"}) {
    const std::string text = "{\"mcpServers\": {\"berth\": " + std::string(entry) + "}}";
    EXPECT_EQ(refusal(json_client(), text),
              "1:17: \"berth\" starts no program; --force replaces it, --name gives Berth's "
              "another name");
    EXPECT_EQ(installed(json_client(), text, kForced),
              R"({"mcpServers": {"berth": {"command": "/opt/berth-bridge"}}})");
  }
}

TEST(Plan, TextsThatAreNotClearAreRefused) {
  EXPECT_EQ(refusal(json_client(), "{\n  \"mcpServers\": {},\n  \"mcpServers\": {}\n}"),
            "3:3: \"mcpServers\" stands here a second time");
  EXPECT_EQ(refusal(json_client(), "{\"mcpServers\": {\"berth\": {}, \"b\\u0065rth\": {}}}"),
            "1:30: \"berth\" stands here a second time");
  EXPECT_EQ(refusal(json_client(), "{\"mcpServers\":\n []}"), "2:2: \"mcpServers\" is no object");
  EXPECT_EQ(refusal(json_client(), "{\"mcpServers\": null}"), "1:16: \"mcpServers\" is no object");
  EXPECT_EQ(refusal(json_client(), "{\"a\" = 1}"), "1:6: a colon is expected here");
  EXPECT_FALSE(plan_uninstall(json_client(), "{", kWish));
}

TEST(Plan, ShapesDifferByClient) {
  Client client = json_client();
  client.shape = {"stdio", false, true};
  EXPECT_EQ(installed(client, "{\"mcpServers\": {\"a\": 1}}"),
            R"({"mcpServers": {"a": 1, "berth": {"type": "stdio", "command": "/opt/berth-bridge", )"
            R"("args": []}}})");
  client.shape = {"local", true, false};
  const std::string text = installed(client, "{\"mcpServers\": {\"a\": 1}}");
  EXPECT_EQ(
      text,
      R"({"mcpServers": {"a": 1, "berth": {"type": "local", "command": ["/opt/berth-bridge"]}}})");
  EXPECT_EQ(installed(client, text, {"berth", "/new/berth-bridge", false}),
            R"({"mcpServers": {"a": 1, "berth": {"type": "local", "command": )"
            R"(["/new/berth-bridge"]}}})");
  EXPECT_EQ(uninstalled(client, text), R"({"mcpServers": {"a": 1}})");
}

TEST(Plan, AnotherPlaceCountsIfItIsThere) {
  Client client = json_client();
  client.servers = {"mcp"};
  client.other_servers = {"mcp", "servers"};
  EXPECT_EQ(installed(client, "{\"mcp\": {\"a\": 1}}"),
            R"({"mcp": {"a": 1, "berth": {"command": "/opt/berth-bridge"}}})");
  const std::string deeper = installed(client, "{\"mcp\": {\"servers\": {\"a\": 1}}}");
  EXPECT_EQ(deeper, R"({"mcp": {"servers": {"a": 1, "berth": {"command": "/opt/berth-bridge"}}}})");
  EXPECT_EQ(uninstalled(client, deeper), "{\"mcp\": {\"servers\": {\"a\": 1}}}");
}

TEST(Plan, ProgramsWithStrangeNamesAreQuoted) {
  const Wish wish{"berth", "/a b\"\\\n/é/berth-bridge", false};
  for (const Client& client : {json_client(), toml_client()}) {
    const std::string text = installed(client, "", wish);
    const auto again = plan_install(client, text, wish);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE(again->after) << text;
  }
}

TEST(Plan, KnowsABridgeByItsName) {
  EXPECT_TRUE(is_bridge("berth-bridge"));
  EXPECT_TRUE(is_bridge("../bin/berth-bridge"));
  EXPECT_FALSE(is_bridge("/opt/berth-bridge/run"));
  EXPECT_FALSE(is_bridge("berth-bridge --verbose"));
  EXPECT_FALSE(is_bridge(""));
}

}  // namespace
}  // namespace berth::install
