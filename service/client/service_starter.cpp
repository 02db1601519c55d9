#include "service/client/service_starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "service/client/discovery.h"
#include "service/platform/files.h"

namespace berth::client {
namespace {

/// How long others are kept from starting one while the service has not answered.
constexpr std::chrono::milliseconds kStartLimit{15'000};
/// Between two starts when the first failed: a broken configuration is not mended in a second.
constexpr std::chrono::seconds kPause{15};
constexpr std::size_t kMaxLogShown = 400;

/// Overrides the default "never" of `service.idle_exit`: nobody would stop what nobody started.
constexpr std::string_view kIdleExit = "BERTH_SERVICE__IDLE_EXIT=";

/// The caller's environment without what says which service to use.
std::vector<std::string> service_environment(const std::string& config_file) {
  std::vector<std::string> environment = platform::current_environment();
  std::erase_if(environment, [](const std::string& entry) {
    return entry.starts_with("BERTH_URL=") || entry.starts_with("BERTH_TOKEN=");
  });
  const auto config = platform::read_file(config_file);
  const bool configured = (config && config->find("idle_exit") != std::string::npos) ||
                          std::ranges::any_of(environment, [](const std::string& entry) {
                            return entry.starts_with(kIdleExit);
                          });
  if (!configured) environment.push_back(std::string(kIdleExit) + "1h");
  return environment;
}

/// The end of what the service wrote, on one line.
std::string last_words(const std::string& path) {
  auto text = platform::read_file(path, 1U << 20U).value_or(std::string());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.size() > kMaxLogShown) text.erase(0, text.size() - kMaxLogShown);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

std::string service_program() {
  const std::string sibling = platform::program_folder() + "/berthd";
  std::error_code error;
  return std::filesystem::exists(sibling, error) ? sibling : "berthd";
}

ServiceStarter::ServiceStarter(loop::Loop& loop, platform::InstancePaths user, std::string program)
    : loop_(loop), user_(std::move(user)), program_(std::move(program)), patience_(loop) {}

core::Result<void> ServiceStarter::start() {
  if (starting()) return {};
  if (failure_ && std::chrono::steady_clock::now() - failed_at_ < kPause) {
    return core::fail(*failure_);
  }
  if (const auto made = platform::make_private_folder(user_.runtime_dir); !made) {
    return core::fail(made.error());
  }
  auto lock = platform::lock_file(user_.runtime_dir + "/autostart.lock");
  if (!lock) {
    // Another process is starting it: wait for that one.
    if (lock.error().code == core::ErrorCode::conflict) return {};
    return core::fail(lock.error());
  }
  // Whoever had the lock before may have succeeded since the caller looked.
  if (answers()) return {};
  lock_ = std::move(*lock);
  if (auto spawned = spawn(); !spawned) {
    failed(spawned.error().message);
    return core::fail(*failure_);
  }
  return {};
}

bool ServiceStarter::answers() const {
  const auto endpoint = read_endpoint(user_.runtime_dir);
  return endpoint && platform::connect_local(endpoint->socket).has_value();
}

core::Result<void> ServiceStarter::spawn() {
  if (const auto removed = platform::remove_file(log_path()); !removed) {
    return core::fail(removed.error());
  }
  const auto log = platform::create_file(log_path());
  if (!log) return core::fail(log.error());
  platform::SpawnOptions options;
  options.program = program_;
  options.environment = service_environment(user_.config_file);
  options.directory = "/";
  options.descriptors = {{log->get(), 1}, {log->get(), 2}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());
  child_ = std::move(*child);
  failure_.reset();
  if (child_.pidfd) {
    child_end_ = std::make_unique<loop::Poller>(loop_, child_.pidfd.get());
    child_end_->watch(true, false, [this](bool, bool) { ended(); });
  }
  patience_.start(kStartLimit, [this] { settled(); });
  return {};
}

void ServiceStarter::settled() {
  patience_.cancel();
  lock_.reset();
}

void ServiceStarter::ended() {
  child_end_.reset();
  const auto status = platform::reap(child_.pid);
  child_ = {};
  if (!starting()) return;
  std::string how = "ended";
  if (status && status->signal != 0) {
    how = "was ended by " + platform::signal_name(status->signal);
  } else if (status) {
    how = fmt::format("ended with exit code {}", status->exit_code);
  }
  const std::string words = last_words(log_path());
  failed(fmt::format("{} {} when it was started{}{}", program_, how, words.empty() ? "" : ": ",
                     words));
}

void ServiceStarter::failed(std::string message) {
  failure_ = core::Error{core::ErrorCode::unavailable, std::move(message), {}, std::nullopt};
  failed_at_ = std::chrono::steady_clock::now();
  settled();
}

std::string ServiceStarter::log_path() const {
  return user_.runtime_dir + "/autostart.log";
}

}  // namespace berth::client
