#pragma once

#include <optional>
#include <string>

#include "service/core/error.h"

namespace berth::platform {

/// Where one instance keeps its things (contract: Programs, files, environment).
struct InstancePaths {
  std::string config_file;
  std::string data_dir;
  std::string runtime_dir;
};

InstancePaths system_paths();
InstancePaths user_paths();

/// HOME, else what the user database says.
std::string home_folder();
/// The user's folder for configuration: XDG_CONFIG_HOME, else ~/.config.
std::string config_home();

/// The folder this program's file is in: sibling programs (berth-host beside berthd) live there.
std::string program_folder();

std::string current_directory();
/// Nothing if unset; an empty value counts as set.
std::optional<std::string> environment_variable(const char* name);
/// Nothing also if the value is a relative path: such a one is invalid (XDG Base Directory).
std::optional<std::string> absolute_path_variable(const char* name);

}  // namespace berth::platform
