#include "service/daemon/agent_environment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "service/platform/shells.h"

namespace berth::daemon {
namespace {

// What systemd and the service's start hand to the service, not to whom it serves.
constexpr std::array<std::string_view, 9> kServiceOnly{
    "NOTIFY_SOCKET", "LISTEN_FDS",    "LISTEN_PID",     "LISTEN_FDNAMES",       "WATCHDOG_USEC",
    "WATCHDOG_PID",  "INVOCATION_ID", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY"};

bool is_service_only(std::string_view name) {
  return name.starts_with("BERTH_") || name == "TERM" ||
         std::ranges::find(kServiceOnly, name) != kServiceOnly.end();
}

}  // namespace

std::vector<std::string> agent_environment(const std::vector<std::string>& own) {
  std::vector<std::string> out;
  bool has_path = false;
  bool has_locale = false;
  for (const std::string& entry : own) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    if (is_service_only(name)) continue;
    has_path = has_path || name == "PATH";
    has_locale = has_locale || name == "LANG" || name == "LC_ALL";
    out.push_back(entry);
  }
  out.emplace_back("TERM=dumb");
  if (!has_path) out.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin");
  if (!has_locale) out.emplace_back("LANG=C.UTF-8");
  return out;
}

std::string login_shell(const std::vector<std::string>& environment) {
  std::string shell = value_of(environment, "SHELL");
  if (shell.empty()) shell = platform::login_shell();
  return shell.ends_with("/nologin") || shell.ends_with("/false") ? "" : shell;
}

std::string value_of(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& entry : environment) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace berth::daemon
