#include <gtest/gtest.h>

#include "tests/unit/install/sample_client.h"

namespace berth::install {
namespace {

constexpr const char* kTable = "[mcp_servers.berth]\ncommand = \"/opt/berth-bridge\"\n";

std::string with(const std::string& text) {
  return installed(toml_client(), text);
}
std::string without(const std::string& text) {
  return uninstalled(toml_client(), text);
}

TEST(Toml, TheTableIsAppendedAndTakenOutAgain) {
  const std::string table = kTable;
  const std::vector<std::pair<std::string, std::string>> texts{
      {"", table},
      {"model = \"x\"\n", "model = \"x\"\n\n" + table},
      {"# only this", "# only this\n\n" + table.substr(0, table.size() - 1)},
      {"a = 1\n\n\n", "a = 1\n\n\n\n" + table},
      {"\xEF\xBB\xBF# c\n", "\xEF\xBB\xBF# c\n\n" + table},
      {"a = 1\r\n[b]\r\nc = 2\r\n",
       "a = 1\r\n[b]\r\nc = 2\r\n\r\n[mcp_servers.berth]\r\ncommand = \"/opt/berth-bridge\"\r\n"},
      {"[mcp_servers.a]\ncommand = \"a\" # é\n[mcp_servers.a.env]\nX = \"[y]\"\n",
       "[mcp_servers.a]\ncommand = \"a\" # é\n[mcp_servers.a.env]\nX = \"[y]\"\n\n" + table},
      {"[mcp_servers]\n", "[mcp_servers]\n\n" + table},
  };
  for (const auto& [before, after] : texts) {
    EXPECT_EQ(with(before), after);
    EXPECT_EQ(without(after), before);
    const auto again = plan_install(toml_client(), after, kWish);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_FALSE(again->after) << after;
  }
}

TEST(Toml, AProgramIsChangedInPlace) {
  EXPECT_EQ(with("[mcp_servers.berth] # é\nenv.A = \"1\"\ncommand = '/é/berth-bridge'  # why\n"
                 "startup_timeout_sec = 5\n[b]\n"),
            "[mcp_servers.berth] # é\nenv.A = \"1\"\ncommand = \"/opt/berth-bridge\"  # why\n"
            "startup_timeout_sec = 5\n[b]\n");
  EXPECT_EQ(with("mcp_servers.berth = { a = \"é\", command = \"berth-bridge\" }"),
            "mcp_servers.berth = { a = \"é\", command = \"/opt/berth-bridge\" }");
  EXPECT_EQ(with("[mcp_servers.berth]\ncommand = \"\"\"\n/a/berth-bridge\"\"\""),
            "[mcp_servers.berth]\ncommand = \"/opt/berth-bridge\"");
}

TEST(Toml, ATableGoesWithThoseBelowIt) {
  EXPECT_EQ(without("a = 1\n\n[mcp_servers.berth]\n# ours\ncommand = \"berth-bridge\" # x\n"
                    "env_vars = [\n  \"[c]\",\n]\n\n# about b\n[b]\nc = 1\n\n"
                    "[ mcp_servers . \"berth\" . env ]\nA = \"\"\"\n[d]\n\"\"\"\n[e]\n"),
            "a = 1\n\n# about b\n[b]\nc = 1\n[e]\n");
  EXPECT_EQ(without("[mcp_servers.berth.env]\nA = \"1\"\n\n[mcp_servers.berth]\n"
                    "command = \"berth-bridge\"\nx.y = 1\n"),
            "");
}

TEST(Toml, WhatIsNotATableOfItsOwnIsLeftToItsOwner) {
  const auto problem = [](const std::string& text) {
    const auto plan = plan_uninstall(toml_client(), text, kWish);
    EXPECT_FALSE(plan) << text;
    return plan ? "" : plan.error().message;
  };
  const std::string advice =
      "\"berth\" is not a table [mcp_servers.berth] of its own; it has to be taken out by hand";
  EXPECT_EQ(problem("[mcp_servers]\nberth = { command = \"berth-bridge\" }\n"), "2:9: " + advice);
  EXPECT_EQ(problem("[mcp_servers]\nberth.command = \"berth-bridge\"\n"), "2:1: " + advice);
  EXPECT_EQ(refusal(toml_client(), "mcp_servers = { a = { command = \"b\" } }"),
            "1:15: \"mcp_servers\" is not a table of its own");
  EXPECT_EQ(refusal(toml_client(), "mcp_servers = 1"),
            "1:15: \"mcp_servers\" is not a table of its own");
}

TEST(Toml, ForeignAndBrokenTextsAreRefused) {
  const std::string foreign = "x = 1\n[mcp_servers.berth]\nurl = \"http://a\"\n[b]\n";
  EXPECT_EQ(refusal(toml_client(), foreign),
            "2:1: \"berth\" starts no program; --force replaces it, --name gives Berth's another "
            "name");
  EXPECT_EQ(installed(toml_client(), foreign, {"berth", "/opt/berth-bridge", true}),
            "x = 1\n[b]\n\n" + std::string(kTable));
  EXPECT_TRUE(refusal(toml_client(), "a = 1\nb = \n").starts_with("2:")) << "names the line";
  EXPECT_TRUE(refusal(toml_client(), "[a]\n[a]\n").starts_with("2:1:"));
}

}  // namespace
}  // namespace berth::install
