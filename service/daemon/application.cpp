#include "service/daemon/application.h"

#include <Poco/Util/ServerApplication.h>
#include <fmt/core.h>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "service/core/version.h"
#include "service/daemon/options.h"
#include "service/platform/limits.h"
#include "service/platform/process.h"
#include "service/platform/spawn.h"
#include "service/runtime/log.h"
#include "service/runtime/redaction.h"

namespace berth::daemon {
namespace {

void complain(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print(stderr, "berthd: {}\n", line);
}

/// A configuration's error has a line for each problem.
void complain_about(const core::Error& error) {
  std::istringstream lines(error.message);
  for (std::string line; std::getline(lines, line);) fmt::print(stderr, "berthd: {}\n", line);
}

/// Runs the service until it is asked to stop (SIGTERM, SIGINT; on Windows the service manager).
class ServerApplication final : public Poco::Util::ServerApplication {
 public:
  ServerApplication(Options options, Service::AddOffers add_offers)
      : options_(std::move(options)), add_offers_(std::move(add_offers)) {}

 protected:
  int main(const std::vector<std::string>&) override {
    auto config = load_config(options_);
    if (!config) {
      complain(suspicious_variables());
      complain_about(config.error());
      return EXIT_CONFIG;
    }
    auto redactor = runtime::make_redactor(config->redaction, platform::current_environment());
    if (!redactor) {  // never: load_config has checked it
      complain_about(redactor.error());
      return EXIT_CONFIG;
    }
    platform::raise_open_files();
    runtime::start_logging(config->log.level, config->log.format, *redactor);
    for (const std::string& warning : suspicious_variables()) {
      runtime::log_warning("configuration", warning);
    }
    // Set by who starts a service because there is none (service/client/service_starter.cpp).
    const auto started_by = platform::environment_variable("BERTH_STARTED_BY");
    Service service({std::move(*config), options_.paths, *redactor, options_.system,
                     started_by.value_or(""), [] { terminate(); }, add_offers_});
    if (const auto started = service.start(); !started) {
      runtime::stop_logging();
      fmt::print(stderr, "berthd: {}\n", started.error().message);
      return EXIT_UNAVAILABLE;
    }
    waitForTerminationRequest();
    service.stop();
    runtime::stop_logging();
    return EXIT_OK;
  }

 private:
  Options options_;
  Service::AddOffers add_offers_;
};

/// Checks, prints or shows what was asked for; nothing of it starts the service.
int inspect(const Options& options) {
  if (options.action == Options::Action::print_version) {
    fmt::print("{}\n", core::version_line("berthd"));
    return 0;
  }
  if (options.action == Options::Action::print_help) {
    fmt::print("{}", options.help);
    return 0;
  }
  const auto config = load_config(options);
  complain(suspicious_variables());
  if (!config) {
    complain_about(config.error());
    return Poco::Util::Application::EXIT_CONFIG;
  }
  if (options.action == Options::Action::print_config) {
    fmt::print("{}", runtime::to_toml(*config));
  } else {
    fmt::print("{}\n", is_configured(options)
                           ? options.paths.config_file + ": the configuration is good"
                           : "there is no " + options.paths.config_file +
                                 ": the defaults and the environment's overrides are used");
  }
  return 0;
}

}  // namespace

int run(int argc, char** argv, Service::AddOffers add_offers) {
  platform::block_termination_signals();
  const auto options = parse_options({argv + 1, argv + argc});
  if (!options) {
    fmt::print(stderr, "berthd: {}\nTry berthd --help.\n", options.error().message);
    return Poco::Util::Application::EXIT_USAGE;
  }
  if (options->action != Options::Action::serve) return inspect(*options);
  ServerApplication application(*options, std::move(add_offers));
  return application.run(1, argv);  // the options are parsed; Poco gets the program's name only
}

}  // namespace berth::daemon
