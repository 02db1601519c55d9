#include "service/daemon/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "service/platform/spawn.h"

namespace berth::daemon {

core::Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  CLI::App app(
      "Berth: terminals that don't hang, lose output or disappear, and one managed door to all MCP "
      "servers.",
      "berthd");
  bool check = false;
  bool print = false;
  bool version = false;
  std::string config;
  std::string data_dir;
  std::string runtime_dir;
  app.add_option("--config", config, "Configuration file (TOML)");
  app.add_option("--data-dir", data_dir, "Folder of database, output, hosts and tokens");
  app.add_option("--runtime-dir", runtime_dir, "Folder of sockets and endpoint.json");
  app.add_option("--listen", options.listen, "Address and port, such as 127.0.0.1:7420");
  app.add_flag("--system", options.system, "Run as the machine's instance, not the user's");
  app.add_flag("--check-config", check, "Check the configuration and exit");
  app.add_flag("--print-config", print, "Print the configuration in force and exit");
  app.add_flag("--version", version, "Print the version and exit");
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);  // CLI11 takes them last first
  } catch (const CLI::CallForHelp&) {
    options.action = Options::Action::print_help;
    options.help = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    return core::fail(core::ErrorCode::invalid_argument, error.what());
  }
  if (check) options.action = Options::Action::check_config;
  if (print) options.action = Options::Action::print_config;
  if (version) options.action = Options::Action::print_version;
  options.paths = options.system ? platform::system_paths() : platform::user_paths();
  options.config_named = !config.empty();
  if (options.config_named) options.paths.config_file = config;
  if (!data_dir.empty()) options.paths.data_dir = data_dir;
  if (!runtime_dir.empty()) options.paths.runtime_dir = runtime_dir;
  return options;
}

core::Result<runtime::Config> load_config(const Options& options) {
  runtime::ConfigSources sources;
  sources.file = options.paths.config_file;
  sources.file_required = options.config_named;
  sources.environment = platform::current_environment();
  if (!options.listen.empty()) {
    // The command line stands above all: it goes through the same check as the variable.
    std::erase_if(sources.environment, [](const std::string& entry) {
      return entry.starts_with("BERTH_SERVICE__LISTEN=");
    });
    sources.environment.push_back("BERTH_SERVICE__LISTEN=" + options.listen);
  }
  sources.system_defaults = options.system;
  return runtime::load_config(sources);
}

bool is_configured(const Options& options) {
  std::error_code error;
  return std::filesystem::exists(options.paths.config_file, error);
}

std::vector<std::string> suspicious_variables() {
  return runtime::suspicious_variables(platform::current_environment());
}

}  // namespace berth::daemon
