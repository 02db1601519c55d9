#include <CLI/CLI.hpp>

#include "service/client/discovery.h"
#include "service/core/version.h"
#include "service/ctl/demo.h"
#include "service/ctl/status.h"
#include "service/platform/process.h"

int main(int argc, char** argv) {
  auto search = berth::client::Search::from_environment();
  search.scope = berth::core::Scope::admin;

  CLI::App app("Looks after the Berth service.", "berthctl");
  auto* url = app.add_option("--url", search.url, "Service at http://ADDRESS:PORT");
  app.add_option("--runtime-dir", search.runtime_dir, "Runtime folder of the service's instance")
      ->excludes(url);
  app.set_version_flag("--version", berth::core::version_line("berthctl"));
  app.require_subcommand(1);

  bool json = false;
  auto* status = app.add_subcommand("status", "Show what the service says of itself");
  status->add_flag("--json", json, "The answer as it came");
  const auto* demo = app.add_subcommand(
      "demo", "Play a short agent conversation on a temporary service of its own");
  CLI11_PARSE(app, argc, argv);

  berth::platform::ignore_broken_pipes();
  if (demo->parsed()) return berth::ctl::play_demo();
  return berth::ctl::show_status(search, json);
}
