#include "service/ctl/temporary_service.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "service/client/discovery.h"
#include "service/client/service_starter.h"
#include "service/core/ids.h"
#include "service/ctl/http_client.h"
#include "service/ctl/wait.h"
#include "service/platform/files.h"
#include "service/platform/process.h"

namespace berth::ctl {
namespace {

using std::chrono::seconds;

constexpr seconds kStartLimit{30};
constexpr seconds kStopLimit{20};
/// Longer than orphan_limit below.
constexpr seconds kEndLimit{15};
constexpr std::size_t kLogShown = 4'000;

/// Hosts outlive their service; here not for long.
constexpr std::string_view kConfiguration = "[hosts]\norphan_limit = \"2s\"\n";

}  // namespace

core::Result<std::unique_ptr<TemporaryService>> TemporaryService::make() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  if (error)
    return core::fail(core::ErrorCode::not_found, "there is no folder for temporary files");
  const std::string folder = parent / ("berth-demo-" + core::random_base32_128().substr(0, 8));
  for (const std::string& path : {folder, folder + "/data", folder + "/run", folder + "/work"}) {
    if (const auto made = platform::make_private_folder(path); !made) {
      return core::fail(made.error());
    }
  }
  if (const auto written =
          platform::write_file_atomically(folder + "/berthd.toml", kConfiguration, 0600);
      !written) {
    return core::fail(written.error());
  }
  // Hosts of a killed service become ours instead of init's, so that they can be found.
  platform::become_subreaper();
  return std::unique_ptr<TemporaryService>(new TemporaryService(folder));
}

TemporaryService::~TemporaryService() {
  if (running_) kill();
  await_the_end_of_all();
  (void)platform::remove_folder(folder_);
}

std::vector<std::string> TemporaryService::environment() {
  std::vector<std::string> environment = platform::current_environment();
  std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("BERTH_"); });
  return environment;
}

core::Result<void> TemporaryService::start() {
  const auto log = platform::create_file(fmt::format("{}/berthd.{}.log", folder_, ++starts_));
  if (!log) return core::fail(log.error());
  platform::SpawnOptions options;
  options.program = client::service_program();
  options.arguments = {"--config",      folder_ + "/berthd.toml",
                       "--data-dir",    folder_ + "/data",
                       "--runtime-dir", runtime_dir(),
                       "--listen",      "127.0.0.1:0"};
  options.environment = environment();
  options.directory = "/";
  options.descriptors = {{log->get(), 1}, {log->get(), 2}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());
  child_ = std::move(*child);
  running_ = true;
  if (!wait_until([this] { return collect() || ready(); }, kStartLimit)) {
    return core::fail(core::ErrorCode::deadline_exceeded, "the service was not ready in time");
  }
  if (running_) return {};
  return core::fail(core::ErrorCode::unavailable,
                    fmt::format("the service ended with exit code {}", exit_.exit_code));
}

void TemporaryService::kill() {
  platform::send_signal({child_.pid}, platform::KillSignal::kill);
  wait_until([this] { return collect(); }, kStopLimit);
}

core::Result<platform::ExitStatus> TemporaryService::stop() {
  platform::send_signal({child_.pid}, platform::KillSignal::terminate);
  if (!wait_until([this] { return collect(); }, kStopLimit)) {
    return core::fail(core::ErrorCode::deadline_exceeded, "the service did not stop in time");
  }
  return exit_;
}

bool TemporaryService::await_the_end_of_all() {
  const int self = platform::current_process();
  const auto alone = [self] {
    platform::reap_orphans({});
    return platform::descendants(self).empty();
  };
  if (wait_until(alone, kEndLimit)) return true;
  platform::send_signal(platform::descendants(self), platform::KillSignal::kill);
  wait_until(alone, kStopLimit);
  return false;
}

std::string TemporaryService::log_tail() const {
  auto text = platform::read_file(fmt::format("{}/berthd.{}.log", folder_, starts_)).value_or("");
  if (text.size() > kLogShown) text.erase(0, text.size() - kLogShown);
  return text;
}

bool TemporaryService::ready() const {
  client::Search search;
  search.runtime_dir = runtime_dir();
  const auto target = client::resolve(search, {{}, runtime_dir()});
  if (!target) return false;
  const auto answer = http_get(*target, "/health/ready", seconds(2));
  return answer && answer->status == 200;
}

/// True once it has ended.
bool TemporaryService::collect() {
  if (!running_) return true;
  const auto status = platform::reap(child_.pid);
  if (!status) return false;
  exit_ = *status;
  running_ = false;
  return true;
}

}  // namespace berth::ctl
