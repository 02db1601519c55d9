#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>

#include "service/runtime/config.h"
#include "service/runtime/config_problems.h"

namespace berth::runtime {
namespace {

constexpr std::string_view kPrefix = "BERTH_";
constexpr std::string_view kSeparator = "__";

/// Names that mean something else: to clients, and to commands in a terminal.
constexpr std::array<std::string_view, 7> kOtherVariables{
    "BERTH_URL",        "BERTH_RUNTIME_DIR", "BERTH_DATA_DIR",   "BERTH_TOKEN",
    "BERTH_STARTED_BY", "BERTH_JOB_ID",      "BERTH_TERMINAL_ID"};

std::string variable_of(const ConfigKey& key) {
  std::string name(kPrefix);
  for (const char c : key.name) {
    if (c == '.') {
      name += kSeparator;
    } else {
      name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
  }
  return name;
}

/// Insertions, deletions and replacements between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

/// The variable that was probably meant; empty if none is near.
std::string nearest_variable(std::string_view name) {
  constexpr std::size_t kFar = 4;
  std::size_t least = kFar;
  std::string nearest;
  for (const ConfigKey& key : config_keys()) {
    std::string variable = variable_of(key);
    const std::size_t away = distance(name, variable);
    if (away >= least) continue;
    least = away;
    nearest = std::move(variable);
  }
  return nearest;
}

bool is_override(std::string_view variable) {
  // Only BERTH_A__B is one; BERTH_URL and its like mean other things.
  return variable.starts_with(kPrefix) && variable.find(kSeparator) != std::string_view::npos;
}

}  // namespace

void apply_environment(Config& config, const std::vector<std::string>& environment,
                       ConfigProblems& problems) {
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    const std::string_view variable = std::string_view(entry).substr(0, equals);
    if (!is_override(variable)) continue;
    const auto& keys = config_keys();
    const auto key = std::ranges::find(keys, variable, variable_of);
    const std::string where = fmt::format("environment variable {}", variable);
    if (key != keys.end()) {
      problems.add(set_key(config, *key, std::string_view(entry).substr(equals + 1), where));
      continue;
    }
    std::string name(variable.substr(kPrefix.size()));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    name.replace(name.find(kSeparator), kSeparator.size(), ".");
    const std::string nearest = nearest_variable(variable);
    problems.add({core::ErrorCode::invalid_argument,
                  fmt::format("{}: {} is not a known key{}", where, name,
                              nearest.empty() ? "" : "; the nearest is " + nearest),
                  name, std::nullopt});
  }
}

std::vector<std::string> suspicious_variables(const std::vector<std::string>& environment) {
  std::vector<std::string> warnings;
  for (const std::string& entry : environment) {
    const std::string_view variable = std::string_view(entry).substr(0, entry.find('='));
    if (!variable.starts_with(kPrefix) || is_override(variable) ||
        std::ranges::find(kOtherVariables, variable) != kOtherVariables.end()) {
      continue;
    }
    if (const std::string nearest = nearest_variable(variable); !nearest.empty()) {
      warnings.push_back(fmt::format("environment variable {} overrides nothing; was {} meant?",
                                     variable, nearest));
    }
  }
  return warnings;
}

}  // namespace berth::runtime
