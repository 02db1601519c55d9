#include "service/client/service_starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "service/client/discovery.h"
#include "service/platform/files.h"

namespace berth::client {
namespace {

/// How long others are kept from starting one while the service has not answered.
constexpr std::chrono::milliseconds kStartLimit{15'000};
/// Before another start when one has failed; doubled each time. A configuration is mended by hand.
constexpr std::chrono::milliseconds kFirstPause{1'000};
constexpr std::chrono::milliseconds kLongestPause{15'000};
constexpr std::size_t kMaxLogShown = 400;
/// berthd's exit status when it can't have its folders or its address.
constexpr int kExitUnavailable = 69;

/// Overrides the default "never" of `service.idle_exit`: nobody would stop what nobody started.
constexpr std::string_view kIdleExit = "BERTH_SERVICE__IDLE_EXIT=";

/// What says which service to use, and in which of its terminals the caller runs: a service is in
/// none.
constexpr std::array<std::string_view, 5> kNotInherited{
    "BERTH_URL=", "BERTH_TOKEN=", "BERTH_STARTED_BY=", "BERTH_TERMINAL_ID=", "BERTH_JOB_ID="};

std::vector<std::string> service_environment(const std::string& config_file) {
  std::vector<std::string> environment = platform::current_environment();
  std::erase_if(environment, [](const std::string& entry) {
    return std::ranges::any_of(kNotInherited,
                               [&](std::string_view name) { return entry.starts_with(name); });
  });
  environment.emplace_back("BERTH_STARTED_BY=berth-bridge");
  const auto config = platform::read_file(config_file);
  const bool configured = (config && config->find("idle_exit") != std::string::npos) ||
                          std::ranges::any_of(environment, [](const std::string& entry) {
                            return entry.starts_with(kIdleExit);
                          });
  if (!configured) environment.push_back(std::string(kIdleExit) + "1h");
  return environment;
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
  if (failure_ && std::chrono::steady_clock::now() < retry_at_) return core::fail(*failure_);
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
    failed(core::ErrorCode::unavailable, spawned.error().message);
    return core::fail(*failure_);
  }
  return {};
}

bool ServiceStarter::answers() const {
  const auto endpoint = read_endpoint(user_.runtime_dir);
  return endpoint && platform::connect_local(endpoint->socket).has_value();
}

core::Result<void> ServiceStarter::spawn() {
  auto log = open_log();
  if (!log) return core::fail(std::move(log.error()));
  log_ = std::move(*log);
  platform::SpawnOptions options;
  options.program = program_;
  options.environment = service_environment(user_.config_file);
  options.directory = "/";
  options.descriptors = {{log_.get(), 1}, {log_.get(), 2}};
  auto child = platform::spawn(options);
  if (!child) return core::fail(child.error());
  child_ = std::move(*child);
  failure_.reset();
  if (child_.pidfd) {
    child_end_ = std::make_unique<loop::Poller>(loop_, child_.pidfd.get());
    child_end_->watch(true, false, [this](bool, bool) { ended(); });
  }
  patience_.start(kStartLimit, [this] { release(); });
  return {};
}

core::Result<platform::Descriptor> ServiceStarter::open_log() {
  auto log = platform::open_for_appending(log_path());
  if (!log) return log;
  auto size = platform::file_size(log->get());
  if (size && *size > kMaxAutostartLog) {
    if (const auto moved = platform::move_file(log_path(), log_path() + ".1"); !moved) {
      return core::fail(moved.error());
    }
    log = platform::open_for_appending(log_path());
    size = 0;
  }
  log_begin_ = size.value_or(0);
  return log;
}

void ServiceStarter::settled() {
  failure_.reset();
  pause_ = {};
  release();
}

void ServiceStarter::release() {
  patience_.cancel();
  lock_.reset();
  log_.reset();
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
  const bool taken = status && status->signal == 0 && status->exit_code == kExitUnavailable;
  const std::string words = last_words();
  failed(taken ? core::ErrorCode::conflict : core::ErrorCode::unavailable,
         fmt::format("{} {} when it was started{}{}", program_, how, words.empty() ? "" : ": ",
                     words));
}

void ServiceStarter::failed(core::ErrorCode code, std::string message) {
  failure_ = core::Error{code, std::move(message), {}, std::nullopt};
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  retry_at_ = std::chrono::steady_clock::now() + pause_;
  release();
}

/// The end of what the service wrote this time, on one line.
std::string ServiceStarter::last_words() const {
  const std::uint64_t size = platform::file_size(log_.get()).value_or(log_begin_);
  const std::uint64_t begin =
      std::max(log_begin_, size - std::min<std::uint64_t>(size, kMaxLogShown));
  std::string text = platform::read_range(log_.get(), begin, kMaxLogShown).value_or(std::string());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string ServiceStarter::log_path() const {
  return user_.runtime_dir + "/autostart.log";
}

}  // namespace berth::client
