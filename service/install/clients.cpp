#include "service/install/clients.h"

#include <filesystem>

#include "service/platform/paths.h"

namespace berth::install {
namespace {

/// A folder that a variable names, else another one.
std::string folder(const Surroundings& surroundings, const char* variable,
                   const std::string& otherwise) {
  const auto value = surroundings.variable(variable);
  return value && !value->empty() ? *value : otherwise;
}

/// VS Code's own order: a portable installation, then a folder of its own for each product.
std::string vscode_file(const Surroundings& surroundings, const std::string& product) {
  const std::string data =
      folder(surroundings, "VSCODE_PORTABLE", "").empty()
          ? folder(surroundings, "VSCODE_APPDATA", surroundings.config_home) + "/" + product
          : folder(surroundings, "VSCODE_PORTABLE", "") + "/user-data";
  return data + "/User/mcp.json";
}

/// opencode reads both; the one that is there is the user's.
std::string opencode_file(const Surroundings& surroundings) {
  const std::string base = surroundings.config_home + "/opencode/opencode.json";
  std::error_code error;
  const bool has_comments =
      !std::filesystem::exists(base, error) && std::filesystem::exists(base + "c", error);
  return has_comments ? base + "c" : base;
}

}  // namespace

Surroundings Surroundings::from_environment() {
  return {platform::home_folder(), platform::config_home(), platform::environment_variable};
}

std::vector<Client> known_clients(const Surroundings& surroundings) {
  const std::string& home = surroundings.home;
  const std::string& config = surroundings.config_home;
  const EntryShape typed{"stdio", false, true};
  const EntryShape vscode{"stdio", false, false};
  const EntryShape plain{"", false, true};
  std::vector<Client> clients;
  const auto add = [&](std::string name, std::string title, std::string file, std::string servers,
                       EntryShape shape) -> Client& {
    return clients.emplace_back(Client{std::move(name),
                                       std::move(title),
                                       std::move(file),
                                       Format::jsonc,
                                       {std::move(servers)},
                                       {},
                                       std::move(shape)});
  };

  add("vscode", "Visual Studio Code", vscode_file(surroundings, "Code"), "servers", vscode);
  add("vscode-insiders", "Visual Studio Code Insiders",
      vscode_file(surroundings, "Code - Insiders"), "servers", vscode);
  add("cursor", "Cursor", home + "/.cursor/mcp.json", "mcpServers", typed);
  add("claude", "Claude Code", folder(surroundings, "CLAUDE_CONFIG_DIR", home) + "/.claude.json",
      "mcpServers", typed);
  add("claude-desktop", "Claude Desktop", config + "/Claude/claude_desktop_config.json",
      "mcpServers", plain);
  add("windsurf", "Windsurf", home + "/.codeium/windsurf/mcp_config.json", "mcpServers", plain);
  add("gemini", "Gemini CLI",
      folder(surroundings, "GEMINI_CLI_HOME", home) + "/.gemini/settings.json", "mcpServers",
      plain);
  add("codex", "Codex", folder(surroundings, "CODEX_HOME", home + "/.codex") + "/config.toml",
      "mcp_servers", {})
      .format = Format::toml;
  add("zed", "Zed", config + "/zed/settings.json", "context_servers", plain);
  // opencode 2 keeps servers one level deeper, and still reads what stands in the old place.
  add("opencode", "opencode", opencode_file(surroundings), "mcp", {"local", true, false})
      .other_servers = {"mcp", "servers"};
  return clients;
}

}  // namespace berth::install
