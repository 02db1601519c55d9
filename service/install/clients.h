#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::install {

/// What tells where a user's configuration files are.
struct Surroundings {
  std::string home;
  std::string config_home;  ///< XDG_CONFIG_HOME or ~/.config
  std::function<std::optional<std::string>(const char*)> variable;

  static Surroundings from_environment();
};

enum class Format { jsonc, toml };

/// How a client wants an entry written. JSON only; TOML has one form.
struct EntryShape {
  std::string type;              ///< of the member `type`; empty = none
  bool command_is_list = false;  ///< `["PROGRAM"]` instead of `"PROGRAM"`
  bool has_arguments = false;    ///< a member `args`
};

/// A program that reads its MCP servers from a file.
struct Client {
  std::string name;   ///< as `--client` takes it
  std::string title;  ///< for people
  std::string file;   ///< the user's own, for all projects
  Format format = Format::jsonc;
  std::vector<std::string> servers;  ///< path of the object that holds the servers
  /// Another such path, which counts if that object is there.
  std::vector<std::string> other_servers;
  EntryShape shape;
};

/// All that are known, in the order in which they are shown.
std::vector<Client> known_clients(const Surroundings& surroundings);

}  // namespace berth::install
