#include "service/platform/paths.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "service/platform/posix/user_entry.h"

namespace berth::platform {

std::string home_folder() {
  if (const auto home = environment_variable("HOME"); home && !home->empty()) return *home;
  const auto user = user_entry(geteuid());
  return user && !user->home.empty() ? user->home : "/";
}

namespace {

std::string base_folder(const char* variable, const std::string& below_home) {
  return absolute_path_variable(variable).value_or(home_folder() + below_home);
}

}  // namespace

std::string config_home() {
  return base_folder("XDG_CONFIG_HOME", "/.config");
}

InstancePaths system_paths() {
  return {"/etc/berth/berthd.toml", "/var/lib/berth", "/run/berth"};
}

InstancePaths user_paths() {
  InstancePaths paths;
  paths.config_file = config_home() + "/berth/berthd.toml";
  paths.data_dir = base_folder("XDG_STATE_HOME", "/.local/state") + "/berth";
  const auto runtime = absolute_path_variable("XDG_RUNTIME_DIR");
  paths.runtime_dir = runtime ? *runtime + "/berth" : fmt::format("/tmp/berth-{}", geteuid());
  return paths;
}

std::string program_folder() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(".") : program.parent_path().string();
}

std::string current_directory() {
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  return error ? std::string() : here.string();
}

std::optional<std::string> environment_variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in these programs changes the environment
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<std::string> absolute_path_variable(const char* name) {
  auto value = environment_variable(name);
  if (!value || !value->starts_with('/')) return std::nullopt;
  return value;
}

}  // namespace berth::platform
