#include "service/execution/login_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "service/platform/files.h"
#include "service/runtime/log.h"

namespace berth::execution {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{1} << 20U;
/// For what comes before and after the shell itself.
constexpr core::Milliseconds kMoreForTheTerminal{2'000};

// The path comes by a variable so that nothing has to be quoted for whatever shell it is. A profile
// may print: what counts stands between two marks. It may also define `env`: `command` goes past
// that, and the second mark says that all of it has come.
constexpr std::string_view kAsk =
    R"("$BERTH_LOGIN_SHELL" -l -i -c )"
    R"('command printf "%s<" "$BERTH_MARK" && command env -u BERTH_MARK -0 && )"
    R"(command printf ">%s" "$BERTH_MARK"')";

// A shell's own, or wrong without a screen.
constexpr std::array<std::string_view, 5> kNotTaken{"SHLVL", "PWD", "OLDPWD", "_", "TERM"};
// What a profile starts for its shell is gone with that.
constexpr std::array<std::string_view, 4> kOwnOnly{"SSH_AUTH_SOCK", "SSH_AGENT_PID",
                                                   "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS"};

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What has been through something that changed it is worse than nothing.
bool is_whole(const std::vector<std::string>& environment) {
  return std::ranges::all_of(environment,
                             [](const std::string& entry) {
                               return entry.find('=') != std::string::npos && entry.front() != '=';
                             }) &&
         std::ranges::any_of(environment,
                             [](const std::string& entry) { return entry.starts_with("PATH="); });
}

bool is_locale(std::string_view name) {
  return name == "LANG" || name == "LC_ALL";
}

}  // namespace

std::vector<std::string> merge_environments(const std::vector<std::string>& own,
                                            const std::vector<std::string>& captured) {
  std::vector<std::string> merged;
  for (const std::string& entry : captured) {
    const std::string_view name = name_of(entry);
    if (name.empty() || name.starts_with("BERTH_")) continue;
    if (!contains(kNotTaken, name) && !contains(kOwnOnly, name)) merged.push_back(entry);
  }
  const bool has_locale =
      std::ranges::any_of(merged, [](const auto& entry) { return is_locale(name_of(entry)); });
  for (const std::string& entry : own) {
    const std::string_view name = name_of(entry);
    if (name == "TERM" || contains(kOwnOnly, name) || (is_locale(name) && !has_locale)) {
      merged.push_back(entry);
    }
  }
  return merged;
}

LoginEnvironment::LoginEnvironment(Services services, const TerminalDefaults& defaults,
                                   LoginSettings settings)
    : services_(services),
      defaults_(defaults),
      settings_(std::move(settings)),
      environment_(settings_.own),
      deadline_(services.loop) {}

LoginEnvironment::~LoginEnvironment() = default;

void LoginEnvironment::when_known(Use use) {
  if (stopped_) return;
  if (known_) return use(environment_);
  waiting_.push_back(std::move(use));
}

void LoginEnvironment::start() {
  if (settings_.shell.empty()) return become_known();
  asked_at_ = services_.clock.instant();
  if (auto asked = ask(); !asked) answered(core::fail(asked.error()));
}

core::Result<void> LoginEnvironment::ask() {
  auto output = platform::nameless_file();
  auto errors = platform::nameless_file();
  if (!output || !errors) return core::fail(output ? errors.error() : output.error());
  auto kept = platform::duplicate(*output);
  if (!kept) return core::fail(kept.error());
  output_ = std::move(*kept);
  mark_ = core::random_base32_128();

  terminals::HostSettings host = defaults_.host_settings("sh", settings_.own);
  host.orphan_limit = core::Milliseconds(1'000);
  if (!platform::check_enterable(host.cwd)) host.cwd = "/";
  TerminalOwner& self = *this;
  terminal_ = std::make_unique<terminals::Terminal>(services_.loop, services_.launcher, self,
                                                    core::HostId::make());
  terminal_->launch(host);
  terminal_->output(std::move(*output), std::move(*errors));
  terminals::CommandSpec command;
  command.job_id = core::JobId::make();
  command.command = kAsk;
  command.env = {"BERTH_LOGIN_SHELL=" + settings_.shell, "BERTH_MARK=" + mark_};
  command.timeout = settings_.timeout;
  command.alone = true;
  command.max_output_bytes = kMaxAnswerBytes;
  command.secret_output = true;
  terminal_->run(command);
  deadline_.start(settings_.timeout + kMoreForTheTerminal, [this] {
    answered(core::fail(core::ErrorCode::deadline_exceeded, "its terminal does not answer"));
  });
  return {};
}

void LoginEnvironment::on_command_finished(terminals::Terminal& /*terminal*/,
                                           const terminals::CommandResult& result) {
  answered(read_answer(result));
}

void LoginEnvironment::on_command_rejected(terminals::Terminal& /*terminal*/,
                                           const core::JobId& /*id*/, const core::Error& error) {
  answered(core::fail(error));
}

void LoginEnvironment::on_terminal_gone(terminals::Terminal& /*terminal*/,
                                        const core::Error& reason) {
  answered(core::fail(reason));
}

core::Result<std::vector<std::string>> LoginEnvironment::read_answer(
    const terminals::CommandResult& result) const {
  const auto text = platform::read_range(output_.get(), 0, kMaxAnswerBytes);
  if (!text) return core::fail(text.error());
  const std::size_t begin = text->find(mark_ + "<");
  const std::size_t end =
      begin == std::string::npos ? begin : text->find(">" + mark_, begin + mark_.size());
  if (end == std::string::npos) {
    return core::fail(core::ErrorCode::terminal_failed,
                      result.timed_out
                          ? fmt::format("{} did not get ready within {} (sessions.login_timeout)",
                                        settings_.shell, core::to_duration_text(settings_.timeout))
                          : fmt::format("{} -l -i did not print its environment", settings_.shell));
  }
  std::vector<std::string> captured;
  std::string_view rest(*text);
  rest = rest.substr(begin + mark_.size() + 1, end - begin - mark_.size() - 1);
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    captured.emplace_back(entry);
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
  }
  if (!is_whole(captured)) {
    return core::fail(core::ErrorCode::terminal_failed,
                      fmt::format("{} -l -i printed something else than an environment with PATH",
                                  settings_.shell));
  }
  return captured;
}

void LoginEnvironment::answered(const core::Result<std::vector<std::string>>& captured) {
  if (known_) return;
  end_terminal();
  if (!captured) {
    runtime::log_warning("execution", "terminals start without the login environment")
        .with("reason", captured.error().message);
  } else {
    environment_ = merge_environments(settings_.own, *captured);
    runtime::log_info("execution", "the login environment is known")
        .with("shell", settings_.shell)
        .with("variables", environment_.size())
        .with("milliseconds",
              std::chrono::duration_cast<core::Milliseconds>(services_.clock.instant() - asked_at_)
                  .count());
  }
  become_known();
}

void LoginEnvironment::become_known() {
  known_ = true;
  for (const Use& use : std::exchange(waiting_, {})) use(environment_);
}

void LoginEnvironment::end_terminal() {
  deadline_.cancel();
  output_ = {};
  if (!terminal_) return;
  terminal_->end(core::StopMode::kill);
  static_cast<void>(services_.launcher.forget(terminal_->id()));
  // Its callback, from which we may come, has to return first.
  services_.loop.defer([ended = std::shared_ptr(std::move(terminal_))] {});
}

void LoginEnvironment::stop() {
  stopped_ = true;
  known_ = true;
  waiting_.clear();
  end_terminal();
}

}  // namespace berth::execution
