#include "service/install/clients.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/temporary_folder.h"

namespace berth::install {
namespace {

std::map<std::string, std::string> files(const std::map<std::string, std::string>& variables = {},
                                         const std::string& config = "/h/.config") {
  Surroundings surroundings{"/h", config, [&](const char* name) -> std::optional<std::string> {
                              const auto found = variables.find(name);
                              if (found == variables.end()) return std::nullopt;
                              return found->second;
                            }};
  std::map<std::string, std::string> found;
  for (const Client& client : known_clients(surroundings)) found[client.name] = client.file;
  return found;
}

TEST(Clients, AreFoundInTheHomeFolder) {
  const std::map<std::string, std::string> expected{
      {"vscode", "/h/.config/Code/User/mcp.json"},
      {"vscode-insiders", "/h/.config/Code - Insiders/User/mcp.json"},
      {"cursor", "/h/.cursor/mcp.json"},
      {"claude", "/h/.claude.json"},
      {"claude-desktop", "/h/.config/Claude/claude_desktop_config.json"},
      {"windsurf", "/h/.codeium/windsurf/mcp_config.json"},
      {"gemini", "/h/.gemini/settings.json"},
      {"codex", "/h/.codex/config.toml"},
      {"zed", "/h/.config/zed/settings.json"},
      {"opencode", "/h/.config/opencode/opencode.json"},
  };
  EXPECT_EQ(files(), expected);
}

TEST(Clients, AreFoundWhereTheirVariablesSay) {
  const auto moved = files({{"VSCODE_APPDATA", "/v"},
                            {"CLAUDE_CONFIG_DIR", "/c"},
                            {"GEMINI_CLI_HOME", "/g"},
                            {"CODEX_HOME", "/x"}},
                           "/xdg");
  EXPECT_EQ(moved.at("vscode"), "/v/Code/User/mcp.json");
  EXPECT_EQ(moved.at("vscode-insiders"), "/v/Code - Insiders/User/mcp.json");
  EXPECT_EQ(moved.at("claude"), "/c/.claude.json");
  EXPECT_EQ(moved.at("gemini"), "/g/.gemini/settings.json");
  EXPECT_EQ(moved.at("codex"), "/x/config.toml");
  EXPECT_EQ(moved.at("zed"), "/xdg/zed/settings.json");
  EXPECT_EQ(moved.at("claude-desktop"), "/xdg/Claude/claude_desktop_config.json");
  EXPECT_EQ(files({{"VSCODE_PORTABLE", "/p"}, {"VSCODE_APPDATA", "/v"}}).at("vscode"),
            "/p/user-data/User/mcp.json");
  EXPECT_EQ(files({{"CODEX_HOME", ""}}).at("codex"), "/h/.codex/config.toml");
}

TEST(Clients, OpencodeHasTwoNamesForItsFile) {
  const support::TemporaryFolder folder;
  const std::string& config = folder.path();
  std::filesystem::create_directories(config + "/opencode");
  std::ofstream(config + "/opencode/opencode.jsonc") << "{}";
  EXPECT_EQ(files({}, config).at("opencode"), config + "/opencode/opencode.jsonc");
  std::ofstream(config + "/opencode/opencode.json") << "{}";
  EXPECT_EQ(files({}, config).at("opencode"), config + "/opencode/opencode.json");
}

}  // namespace
}  // namespace berth::install
