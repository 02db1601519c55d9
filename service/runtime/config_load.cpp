#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cctype>

#include "service/platform/files.h"
#include "service/runtime/config.h"

namespace berth::runtime {
namespace {

const ConfigKey* find_key(std::string_view name) {
  const auto& keys = config_keys();
  const auto found = std::ranges::find(keys, name, &ConfigKey::name);
  return found == keys.end() ? nullptr : &*found;
}

std::string known_keys_of(std::string_view section) {
  std::string out;
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with(std::string(section) + ".")) {
      out += (out.empty() ? "" : ", ") + key.name;
    }
  }
  return out;
}

core::Error wrong(std::string_view where, std::string_view key, std::string_view problem) {
  return {core::ErrorCode::invalid_argument, fmt::format("{}: {} {}", where, key, problem),
          std::string(key), std::nullopt};
}

core::Result<void> set_list(Config& config, const ConfigKey& key, const toml::node& node,
                            std::string_view where) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return core::fail(wrong(where, key.name, "must be a list of strings"));
  std::vector<std::string> items;
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text) return core::fail(wrong(where, key.name, "must hold strings only"));
    items.push_back(*text);
  }
  *key.text_list(config) = std::move(items);
  return {};
}

core::Result<void> set_from_node(Config& config, const ConfigKey& key, const toml::node& node,
                                 std::string_view where) {
  switch (key.kind) {
    case ConfigKey::Kind::text_list:
      return set_list(config, key, node, where);
    case ConfigKey::Kind::integer:
      if (const auto number = node.value_exact<std::int64_t>()) {
        return set_key(config, key, fmt::format("{}", *number), where);
      }
      return core::fail(wrong(where, key.name, "must be a whole number"));
    case ConfigKey::Kind::text:
    case ConfigKey::Kind::duration:
      if (const auto text = node.value_exact<std::string>()) {
        return set_key(config, key, *text, where);
      }
      return core::fail(wrong(where, key.name,
                              key.kind == ConfigKey::Kind::duration
                                  ? "must be a duration in quotes such as \"30s\""
                                  : "must be a string"));
  }
  return {};
}

core::Result<void> apply_table(Config& config, const toml::table& table, const std::string& prefix,
                               const std::string& file) {
  for (const auto& [name, node] : table) {
    const std::string key_name = prefix + std::string(name.str());
    const std::string where = fmt::format("{}:{}", file, node.source().begin.line);
    if (const ConfigKey* key = find_key(key_name)) {
      if (auto set = set_from_node(config, *key, node, where); !set) return set;
    } else if (const toml::table* section = node.as_table();
               section != nullptr && prefix.empty() && !known_keys_of(key_name).empty()) {
      if (auto set = apply_table(config, *section, key_name + ".", file); !set) return set;
    } else {
      const std::string known =
          prefix.empty() ? "" : known_keys_of(prefix.substr(0, prefix.size() - 1));
      return core::fail(wrong(where, key_name,
                              known.empty() ? "is not a known section or key"
                                            : "is not a known key; there are " + known));
    }
  }
  return {};
}

core::Result<void> apply_file(Config& config, const ConfigSources& sources) {
  auto text = platform::read_file(sources.file);
  if (!text) {
    if (text.error().code == core::ErrorCode::not_found && !sources.file_required) return {};
    return core::fail(text.error());
  }
  try {
    const toml::table table = toml::parse(std::string_view(*text), sources.file);
    return apply_table(config, table, "", sources.file);
  } catch (const toml::parse_error& error) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("{}:{}:{}: {}", sources.file, error.source().begin.line,
                                  error.source().begin.column, error.description()));
  }
}

core::Result<void> apply_environment(Config& config, const std::vector<std::string>& environment) {
  constexpr std::string_view kPrefix = "BERTH_";
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    const std::string_view variable = std::string_view(entry).substr(0, equals);
    // Only BERTH_A__B is an override; BERTH_URL and its like mean other things.
    const std::size_t separator = variable.find("__");
    if (!variable.starts_with(kPrefix) || separator == std::string_view::npos) continue;
    std::string name;
    for (char c : variable.substr(kPrefix.size())) {
      name.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
    name.replace(separator - kPrefix.size(), 2, ".");
    const std::string where = fmt::format("environment variable {}", variable);
    const ConfigKey* key = find_key(name);
    if (key == nullptr) return core::fail(wrong(where, name, "is not a known key"));
    if (auto set = set_key(config, *key, std::string_view(entry).substr(equals + 1), where); !set) {
      return set;
    }
  }
  return {};
}

core::Result<void> check_together(const Config& config) {
  const auto listen = parse_listen(config.service.listen, "service.listen");
  if (!listen) return core::fail(listen.error());
  if (!listen->loopback) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("service.listen: {} is not a loopback address; this version "
                                  "serves the machine it runs on only",
                                  config.service.listen),
                      "service.listen");
  }
  return {};
}

}  // namespace

core::Result<Config> load_config(const ConfigSources& sources) {
  Config config;
  if (sources.system_defaults) config.service.listen = "127.0.0.1:7420";
  if (auto done = apply_file(config, sources); !done) return core::fail(done.error());
  if (auto done = apply_environment(config, sources.environment); !done) {
    return core::fail(done.error());
  }
  if (auto done = check_together(config); !done) return core::fail(done.error());
  return config;
}

}  // namespace berth::runtime
