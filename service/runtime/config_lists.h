#pragma once

#include <string>
#include <string_view>

#include <toml++/toml.h>
#include "service/runtime/config.h"
#include "service/runtime/config_problems.h"

namespace berth::runtime {

/// Keys that are lists of tables, such as `[[events.source]]`.
bool is_table_list(std::string_view name);

/// Reads the list of that name; what is wrong with it is added to `problems`.
void apply_table_list(Config& config, std::string_view name, const toml::node& node,
                      const std::string& file, ConfigProblems& problems);

/// All such lists as TOML, with an example where one is empty.
std::string table_lists_to_toml(const Config& config);

/// A TOML basic string.
std::string toml_text(std::string_view text);

}  // namespace berth::runtime
