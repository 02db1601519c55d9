#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>

#include "service/platform/files.h"
#include "service/runtime/config.h"
#include "service/runtime/config_lists.h"
#include "service/runtime/config_problems.h"
#include "service/runtime/redaction.h"

namespace berth::runtime {

const ConfigKey* find_key(std::string_view name) {
  const auto& keys = config_keys();
  const auto found = std::ranges::find(keys, name, &ConfigKey::name);
  return found == keys.end() ? nullptr : &*found;
}

namespace {

std::string known_keys_of(std::string_view section) {
  std::string out;
  for (const ConfigKey& key : config_keys()) {
    if (key.name.starts_with(std::string(section) + ".")) {
      out += (out.empty() ? "" : ", ") + key.name;
    }
  }
  return out;
}

core::Result<void> set_list(Config& config, const ConfigKey& key, const toml::node& node,
                            std::string_view where) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return core::fail(wrong_key(where, key.name, "must be a list of strings"));
  std::vector<std::string> items;
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text) return core::fail(wrong_key(where, key.name, "must hold strings only"));
    items.push_back(*text);
  }
  return set_items(config, key, std::move(items), where);
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
      return core::fail(wrong_key(where, key.name, "must be a whole number"));
    case ConfigKey::Kind::text:
    case ConfigKey::Kind::duration:
      if (const auto text = node.value_exact<std::string>()) {
        return set_key(config, key, *text, where);
      }
      return core::fail(wrong_key(where, key.name,
                                  key.kind == ConfigKey::Kind::duration
                                      ? "must be a duration in quotes such as \"30s\""
                                      : "must be a string"));
  }
  return {};
}

void apply_table(Config& config, const toml::table& table, const std::string& prefix,
                 const std::string& file, ConfigProblems& problems) {
  for (const auto& [name, node] : table) {
    const std::string key_name = prefix + std::string(name.str());
    const std::string where = fmt::format("{}:{}", file, node.source().begin.line);
    if (const ConfigKey* key = find_key(key_name)) {
      problems.add(set_from_node(config, *key, node, where));
    } else if (is_table_list(key_name)) {
      apply_table_list(config, key_name, node, file, problems);
    } else if (const toml::table* section = node.as_table();
               section != nullptr && prefix.empty() && !known_keys_of(key_name).empty()) {
      apply_table(config, *section, key_name + ".", file, problems);
    } else {
      const std::string known =
          prefix.empty() ? "" : known_keys_of(prefix.substr(0, prefix.size() - 1));
      problems.add(wrong_key(where, key_name,
                             known.empty() ? "is not a known section or key"
                                           : "is not a known key; there are " + known));
    }
  }
}

void apply_file(Config& config, const ConfigSources& sources, ConfigProblems& problems) {
  auto text = platform::read_file(sources.file);
  if (!text) {
    if (text.error().code == core::ErrorCode::not_found && !sources.file_required) return;
    return problems.add(std::move(text.error()));
  }
  try {
    const toml::table table = toml::parse(std::string_view(*text), sources.file);
    apply_table(config, table, "", sources.file, problems);
  } catch (const toml::parse_error& error) {
    problems.add({core::ErrorCode::invalid_argument,
                  fmt::format("{}:{}:{}: {}", sources.file, error.source().begin.line,
                              error.source().begin.column, error.description()),
                  {},
                  std::nullopt});
  }
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
  ConfigProblems problems;
  if (sources.system_defaults) config.service.listen = "127.0.0.1:7420";
  apply_file(config, sources, problems);
  apply_environment(config, sources.environment, problems);
  problems.add(check_together(config));
  problems.add(check(config.redaction));
  if (auto good = problems.result(); !good) return core::fail(std::move(good.error()));
  return config;
}

}  // namespace berth::runtime
