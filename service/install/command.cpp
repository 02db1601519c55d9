#include "service/install/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "service/core/text.h"
#include "service/install/change.h"
#include "service/install/clients.h"
#include "service/install/config_text.h"
#include "service/install/diff.h"
#include "service/install/plan.h"
#include "service/platform/files.h"
#include "service/platform/paths.h"
#include "service/platform/tty.h"

namespace berth::install {
namespace {

constexpr int kAsWished = 0;
constexpr int kNotAsWished = 1;
constexpr int kWrongUse = 2;

struct Options {
  std::string client;
  std::string file;
  std::string server = "berth";
  bool yes = false;
  bool dry_run = false;
  bool force = false;
  bool list = false;
};

std::string own_command() {
  return platform::program_folder() + "/berth-bridge";
}

int complain(std::string_view problem) {
  fmt::print(stderr, "berth-bridge: {}\n", problem);
  return kNotAsWished;
}

/// Problems of a text begin with `LINE:COLUMN`, which joins its file's name.
int complain_about(const ConfigFile& file, const core::Error& error) {
  return complain(fmt::format("{}:{}", file.path, error.message));
}

/// What a client's configuration says of the entry, in few words.
std::string state_of(const Client& client, const std::string& server) {
  const auto file = read_config(client.file);
  if (!file) return "unreadable";
  if (!file->exists) return "-";
  const auto config = open_config(client, file->text, server);
  if (!config) return "unreadable";
  const auto entry = (*config)->entry();
  if (!entry) return "no";
  if (entry->command == own_command()) return "yes";
  return is_bridge(entry->command) ? "another" : "foreign";
}

int list_clients(const std::vector<Client>& clients, const Options& options) {
  fmt::print("{:<16} {:<11} {}\n", "client", options.server, "configuration");
  for (const Client& client : clients) {
    fmt::print("{:<16} {:<11} {}\n", client.name, state_of(client, options.server), client.file);
  }
  fmt::print(
      "\nyes: this berth-bridge; another: a berth-bridge elsewhere; foreign: another program;\n"
      "no: no such entry; -: no such file\n");
  return kAsWished;
}

/// True if the user, asked in a terminal, says so.
bool confirmed() {
  fmt::print("Write this? [y/N] ");
  std::fflush(stdout);
  // A terminal may have been left non-blocking by a program that used it before.
  platform::wait_readable(0, -1);
  std::array<char, 16> answer{};
  if (std::fgets(answer.data(), static_cast<int>(answer.size()), stdin) == nullptr) return false;
  return answer[0] == 'y' || answer[0] == 'Y';
}

/// The file as it was before the entry was put in, if nothing else has happened to it since: it is
/// what putting the entry into one of its backups gives.
std::optional<std::string> text_before(const Client& client, const ConfigFile& file, Wish wish,
                                       const std::string& command) {
  wish.command = command;
  for (const std::string& path : backups_of(file)) {
    const auto backup = platform::read_file(path);
    if (!backup) continue;
    const auto config = open_config(client, *backup, wish.server);
    if (!config || (*config)->entry()) continue;
    const auto plan = plan_install(client, *backup, wish);
    if (plan && plan->after == file.text) return *backup;
  }
  return std::nullopt;
}

int write(const Client& client, const ConfigFile& file, const std::string& after,
          const Options& options) {
  fmt::print("{}",
             unified_diff(file.text, after, file.exists ? file.path : "/dev/null", file.path));
  if (options.dry_run) return kAsWished;
  if (!options.yes) {
    if (!platform::is_tty(0) || !platform::is_tty(1)) {
      return complain("nothing is written: there is no terminal to ask in; --yes writes it");
    }
    if (!confirmed()) return complain("nothing is written");
  }
  const auto backup = write_config(file, after);
  if (!backup) return complain(backup.error().message);
  fmt::print("Written: {}\n", file.path);
  if (*backup) fmt::print("Before:  {}\n", **backup);
  fmt::print("{} sees it when it is started or reloads its MCP servers.\n", client.title);
  return kAsWished;
}

int install(const Client& client, const Options& options) {
  const auto file = read_config(client.file);
  if (!file) return complain(file.error().message);
  const auto plan =
      plan_install(client, file->text, {options.server, own_command(), options.force});
  if (!plan) return complain_about(*file, plan.error());
  if (!plan->after) {
    fmt::print("Already installed, nothing to do: \"{}\" in {}\n", options.server, file->path);
    return kAsWished;
  }
  return write(client, *file, *plan->after, options);
}

int uninstall(const Client& client, const Options& options) {
  const auto file = read_config(client.file);
  if (!file) return complain(file.error().message);
  const Wish wish{options.server, own_command(), options.force};
  const auto plan = plan_uninstall(client, file->text, wish);
  if (!plan) return complain_about(*file, plan.error());
  if (!plan->after) {
    fmt::print("Not installed, nothing to do: no \"{}\" in {}\n", options.server, file->path);
    return kAsWished;
  }
  const auto before = text_before(client, *file, wish, plan->command);
  return write(client, *file, before.value_or(*plan->after), options);
}

std::string check_server(const std::string& name) {
  return core::is_plain_name(name) ? "" : "must be up to 64 letters, digits, _ and -";
}

CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& about,
                      Options& options) {
  CLI::App* command = app.add_subcommand(name, about);
  auto* client = command->add_option("--client", options.client, "Whose configuration it is");
  command
      ->add_option("--file", options.file,
                   "Another file than the user's own, such as a project's .mcp.json")
      ->needs(client);
  command->add_option("--name", options.server, "The entry's name")
      ->capture_default_str()
      ->check(check_server);
  command->add_flag("--yes", options.yes, "Write without asking");
  command->add_flag("--dry-run", options.dry_run, "Show the change, write nothing");
  command->add_flag("--force", options.force, "Also if the entry starts something else");
  command->add_flag("--list", options.list, "Show the clients, as without --client");
  command->footer(
      "The change is shown before it is written, and the file before it is kept as\n"
      "FILE.berth-backup-TIME. Without a terminal to ask in, only --yes writes. Exit status: 0\n"
      "if the file is as wished or was only to be shown, 1 if not, 2 for wrong arguments.");
  return command;
}

}  // namespace

bool is_install_command(int argc, const char* const* argv) {
  if (argc < 2) return false;
  const std::string_view first = argv[1];
  return first == "install" || first == "uninstall";
}

int run_install_command(int argc, const char* const* argv) {
  Options options;
  CLI::App app("Puts Berth into the MCP configuration of a client, and takes it out.",
               "berth-bridge");
  app.require_subcommand(1);
  add_command(app, "install", "Put Berth into the MCP configuration of a client", options);
  const CLI::App* away =
      add_command(app, "uninstall", "Take Berth out of a client's MCP configuration", options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kAsWished : kWrongUse;
  }

  const auto clients = known_clients(Surroundings::from_environment());
  if (options.list || options.client.empty()) return list_clients(clients, options);
  const auto found = std::ranges::find(clients, options.client, &Client::name);
  if (found == clients.end()) {
    complain(fmt::format("no client {} is known; `berth-bridge install` lists those that are",
                         options.client));
    return kWrongUse;
  }
  if (!std::filesystem::path(own_command()).is_absolute() || !core::is_valid_utf8(own_command())) {
    return complain("this program can't tell where it is in a way that can be written down");
  }
  Client client = *found;
  if (!options.file.empty()) client.file = options.file;
  return away->parsed() ? uninstall(client, options) : install(client, options);
}

}  // namespace berth::install
