#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/runtime/config.h"

namespace berth::runtime {

/// All that is wrong with a configuration, so that it can be mended in one go. One thread.
class ConfigProblems {
 public:
  void add(core::Error problem) { problems_.push_back(std::move(problem)); }
  void add(const core::Result<void>& result) {
    if (!result) add(result.error());
  }

  /// Nothing if there are none; else the first, with the messages of all, one a line.
  core::Result<void> result() const {
    if (problems_.empty()) return {};
    core::Error all = problems_.front();
    for (std::size_t i = 1; i < problems_.size(); ++i) all.message += "\n" + problems_[i].message;
    return core::fail(std::move(all));
  }

 private:
  std::vector<core::Error> problems_;
};

/// What is wrong with `key`, and where that stands.
inline core::Error wrong_key(std::string_view where, std::string_view key,
                             std::string_view problem) {
  return {core::ErrorCode::invalid_argument, fmt::format("{}: {} {}", where, key, problem),
          std::string(key), std::nullopt};
}

/// Null if there is no such key.
const ConfigKey* find_key(std::string_view name);

/// Sets what the environment overrides.
void apply_environment(Config& config, const std::vector<std::string>& environment,
                       ConfigProblems& problems);

}  // namespace berth::runtime
