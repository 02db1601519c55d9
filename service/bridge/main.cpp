#include <uv.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "service/bridge/bridge.h"
#include "service/client/discovery.h"
#include "service/client/service_starter.h"
#include "service/core/version.h"
#include "service/install/command.h"
#include "service/loop/loop.h"
#include "service/platform/process.h"

namespace {

constexpr const char* kAbout =
    "Speaks MCP on stdin and stdout and forwards it to the Berth service.\n"
    "An IDE starts this program; it ends when its stdin closes. It outlives restarts of the\n"
    "service: calls wait up to 60 s for it to come back.\n"
    "\n"
    "The service is looked for at --url or --runtime-dir, else at BERTH_URL or BERTH_RUNTIME_DIR,\n"
    "else as the user's own instance, then the system's; if there is none, one is started for the\n"
    "user. When an administrator closes the connection, calls are answered with an error until "
    "the\n"
    "client starts anew (initialize or server/discover).\n"
    "\n"
    "`berth-bridge install` and `uninstall` write a client's MCP configuration; see their --help.";

}  // namespace

int main(int argc, char** argv) {
  if (berth::install::is_install_command(argc, argv)) {
    return berth::install::run_install_command(argc, argv);
  }
  berth::bridge::BridgeOptions options;
  options.search = berth::client::Search::from_environment();
  bool no_autostart = false;

  CLI::App app(kAbout, "berth-bridge");
  auto* url = app.add_option("--url", options.search.url, "Service at http://ADDRESS:PORT");
  app.add_option("--runtime-dir", options.search.runtime_dir,
                 "Runtime folder of the service's instance")
      ->excludes(url);
  app.add_option("--server", options.upstream, "Offer one upstream MCP server alone");
  app.add_flag("--no-autostart", no_autostart, "Never start a service");
  app.add_flag("--verbose", options.verbose, "Say on stderr what happens to the connection");
  app.set_version_flag("--version", berth::core::version_line("berth-bridge"));
  CLI11_PARSE(app, argc, argv);

  // A closed stdin is the end; and its number must not be taken by the event loop.
  if (uv_guess_handle(0) == UV_UNKNOWN_HANDLE) return 0;

  options.autostart = !no_autostart;
  options.service_program = berth::client::service_program();
  berth::platform::ignore_broken_pipes();
  berth::loop::Loop loop;
  const berth::bridge::Bridge bridge(loop, std::move(options));
  loop.run();
  return 0;
}
