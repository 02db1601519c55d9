// Every client, from its configuration's first line to its last.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/integration/install/bridge_command.h"

namespace berth::install {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kBridge = std::filesystem::canonical(BERTH_BRIDGE);

struct KnownClient {
  std::string name;
  std::string file;   ///< below the home folder
  std::string entry;  ///< as it stands in a file of its own
  std::string empty;  ///< what is left of that file
  /// A file as its owner might have it, in which the place for servers is missing.
  std::string own = "// mine\n{\n    \"a\": \"http://b\", // c\n}";
};

std::string json_file(const std::string& servers, const std::vector<std::string>& members) {
  std::string text = "{\n  \"" + servers + "\": {\n    \"berth\": {";
  for (const std::string& member : members) {
    text += (text.ends_with('{') ? "\n      " : ",\n      ") + member;
  }
  return text + "\n    }\n  }\n}\n";
}

const std::vector<KnownClient>& clients() {
  const std::string command = "\"command\": \"" + kBridge + "\"";
  const std::string type = R"("type": "stdio")";
  const std::string arguments = R"("args": [])";
  const std::string servers = "{\n  \"servers\": {}\n}\n";
  const std::string mcp_servers = "{\n  \"mcpServers\": {}\n}\n";
  static const std::vector<KnownClient> kClients{
      {"vscode", ".config/Code/User/mcp.json", json_file("servers", {type, command}), servers},
      {"vscode-insiders", ".config/Code - Insiders/User/mcp.json",
       json_file("servers", {type, command}), servers},
      {"cursor", ".cursor/mcp.json", json_file("mcpServers", {type, command, arguments}),
       mcp_servers},
      {"claude", ".claude.json", json_file("mcpServers", {type, command, arguments}), mcp_servers},
      {"claude-desktop", ".config/Claude/claude_desktop_config.json",
       json_file("mcpServers", {command, arguments}), mcp_servers},
      {"windsurf", ".codeium/windsurf/mcp_config.json",
       json_file("mcpServers", {command, arguments}), mcp_servers},
      {"gemini", ".gemini/settings.json", json_file("mcpServers", {command, arguments}),
       mcp_servers},
      {"codex", ".codex/config.toml", "[mcp_servers.berth]\ncommand = \"" + kBridge + "\"\n", "",
       "# mine\nmodel = \"x\"\n[a]\nb = 1"},
      {"zed", ".config/zed/settings.json", json_file("context_servers", {command, arguments}),
       "{\n  \"context_servers\": {}\n}\n"},
      {"opencode", ".config/opencode/opencode.json",
       json_file("mcp", {R"("type": "local")", "\"command\": [\"" + kBridge + "\"]"}),
       "{\n  \"mcp\": {}\n}\n"},
  };
  return kClients;
}

class ClientsTest : public BridgeCommandTest {};

TEST_F(ClientsTest, GetAFileOfTheirOwn) {
  for (const KnownClient& client : clients()) {
    SCOPED_TRACE(client.name);
    const std::string file = in_home(client.file);
    const auto shown = run({"install", "--client", client.name, "--dry-run"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("+++ " + file + "\n"));
    EXPECT_FALSE(std::filesystem::exists(file));

    const auto written = run({"install", "--client", client.name, "--yes"});
    EXPECT_EQ(written.status, 0) << written.err;
    EXPECT_THAT(written.err, IsEmpty());
    EXPECT_THAT(written.out, HasSubstr("\nWritten: " + file + "\n"));
    EXPECT_EQ(text_of(file), client.entry);

    const auto again = run({"install", "--client", client.name});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("Already installed, nothing to do"));
    EXPECT_THAT(backups_of(file), IsEmpty());

    const auto gone = run({"uninstall", "--client", client.name, "--yes"});
    EXPECT_EQ(gone.status, 0) << gone.err;
    EXPECT_EQ(text_of(file), client.empty);
    const auto nothing = run({"uninstall", "--client", client.name});
    EXPECT_EQ(nothing.status, 0) << nothing.err;
    EXPECT_THAT(nothing.out, HasSubstr("Not installed, nothing to do"));
  }
}

TEST_F(ClientsTest, GetTheirOwnFilesBack) {
  for (const KnownClient& client : clients()) {
    SCOPED_TRACE(client.name);
    const std::string file = in_home(client.file);
    put(file, client.own, 0640);
    const auto written = run({"install", "--client", client.name, "--yes"});
    EXPECT_EQ(written.status, 0) << written.err;
    const std::string installed = text_of(file);
    EXPECT_THAT(installed, HasSubstr(kBridge));
    EXPECT_EQ(mode_of(file), 0640U);
    ASSERT_THAT(backups_of(file), SizeIs(1));
    EXPECT_EQ(text_of(backups_of(file)[0]), client.own);
    EXPECT_EQ(mode_of(backups_of(file)[0]), 0640U);
    EXPECT_THAT(written.out, HasSubstr("Before:  " + backups_of(file)[0] + "\n"));

    const auto gone = run({"uninstall", "--client", client.name, "--yes"});
    EXPECT_EQ(gone.status, 0) << gone.err;
    EXPECT_EQ(text_of(file), client.own);
    EXPECT_EQ(mode_of(file), 0640U);
    ASSERT_THAT(backups_of(file), SizeIs(2));
    EXPECT_EQ(text_of(backups_of(file)[1]), installed);
  }
}

TEST_F(ClientsTest, AreListed) {
  put(in_home(".cursor/mcp.json"), "{\"mcpServers\": {\"berth\": {\"command\": \"npx\"}}}");
  put(in_home(".claude.json"), "{\"mcpServers\": {\"berth\": {\"command\": \"berth-bridge\"}}}");
  put(in_home(".gemini/settings.json"), "{}");
  put(in_home(".codex/config.toml"), "broken");
  EXPECT_EQ(run({"install", "--client", "zed", "--yes"}).status, 0);
  for (const char* argument : {"install", "uninstall"}) {
    const auto listed = run({argument});
    EXPECT_EQ(listed.status, 0) << listed.err;
    const auto line = [&](const std::string& name, const std::string& state) {
      return HasSubstr(fmt::format("\n{:<16} {:<11} {}/", name, state, home_));
    };
    EXPECT_THAT(listed.out, line("cursor", "foreign"));
    EXPECT_THAT(listed.out, line("claude", "another"));
    EXPECT_THAT(listed.out, line("gemini", "no"));
    EXPECT_THAT(listed.out, line("codex", "unreadable"));
    EXPECT_THAT(listed.out, line("zed", "yes"));
    EXPECT_THAT(listed.out, line("vscode", "-"));
    EXPECT_EQ(run({argument, "--list"}).out, listed.out);
  }
}

}  // namespace
}  // namespace berth::install
