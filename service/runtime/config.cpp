#include "service/runtime/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "service/runtime/config_lists.h"

namespace berth::runtime {
namespace {

core::Error bad(std::string_view where, const ConfigKey& key, std::string_view problem) {
  return {core::ErrorCode::invalid_argument, fmt::format("{}: {} {}", where, key.name, problem),
          key.name, std::nullopt};
}

std::string range_text(const ConfigKey& key) {
  if (key.kind == ConfigKey::Kind::duration) {
    return fmt::format("must be between \"{}\" and \"{}\"",
                       core::to_duration_text(core::Milliseconds(key.minimum)),
                       core::to_duration_text(core::Milliseconds(key.maximum)));
  }
  return fmt::format("must be between {} and {}", key.minimum, key.maximum);
}

core::Result<void> set_number(const ConfigKey& key, std::int64_t value, std::int64_t& out,
                              std::string_view where) {
  if (value < key.minimum || value > key.maximum)
    return core::fail(bad(where, key, range_text(key)));
  out = value;
  return {};
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

}  // namespace

core::Result<void> set_items(Config& config, const ConfigKey& key, std::vector<std::string> items,
                             std::string_view where) {
  for (const std::string& item : items) {
    if (key.item_valid == nullptr || key.item_valid(item)) continue;
    return core::fail(bad(where, key, fmt::format("holds \"{}\", but {}", item, key.item_rule)));
  }
  *key.text_list(config) = std::move(items);
  return {};
}

core::Result<void> set_key(Config& config, const ConfigKey& key, std::string_view value,
                           std::string_view where) {
  switch (key.kind) {
    case ConfigKey::Kind::text:
      if (!key.choices.empty() && std::ranges::find(key.choices, value) == key.choices.end()) {
        return core::fail(bad(where, key,
                              fmt::format("must be one of \"{}\", not \"{}\"",
                                          fmt::join(key.choices, "\", \""), value)));
      }
      *key.text(config) = std::string(value);
      return {};
    case ConfigKey::Kind::text_list:
      return set_items(config, key, split_list(value), where);
    case ConfigKey::Kind::integer: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size()) {
        return core::fail(bad(where, key, "must be a whole number"));
      }
      return set_number(key, number, *key.integer(config), where);
    }
    case ConfigKey::Kind::duration: {
      const auto time = core::parse_duration(value, key.name);
      if (!time) {
        return core::fail(core::Error{core::ErrorCode::invalid_argument,
                                      fmt::format("{}: {}", where, time.error().message), key.name,
                                      std::nullopt});
      }
      std::int64_t count = 0;
      if (auto set = set_number(key, time->count(), count, where); !set) return set;
      *key.duration(config) = core::Milliseconds(count);
      return {};
    }
  }
  return {};
}

namespace {

std::string value_text(Config& config, const ConfigKey& key) {
  switch (key.kind) {
    case ConfigKey::Kind::text:
      return toml_text(*key.text(config));
    case ConfigKey::Kind::text_list: {
      std::vector<std::string> items;
      for (const std::string& item : *key.text_list(config)) items.push_back(toml_text(item));
      return fmt::format("[{}]", fmt::join(items, ", "));
    }
    case ConfigKey::Kind::integer:
      return fmt::format("{}", *key.integer(config));
    case ConfigKey::Kind::duration:
      return toml_text(core::to_duration_text(*key.duration(config)));
  }
  return {};
}

}  // namespace

std::string to_toml(const Config& config) {
  Config copy = config;  // the accessors of the key table want something they could change
  std::string out =
      "# Configuration of berthd. Every key may be left out; what stands here are the values in "
      "force.\n# A key a.b is overridden by the environment variable BERTH_A__B.\n";
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    const std::size_t dot = key.name.find('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    out += fmt::format("# {}", key.explanation);
    if (!key.choices.empty()) out += fmt::format(" One of: {}.", fmt::join(key.choices, ", "));
    out += fmt::format("\n{} = {}\n", key.name.substr(dot + 1), value_text(copy, key));
  }
  return out + table_lists_to_toml(config);
}

core::Result<ListenAddress> parse_listen(std::string_view text, std::string_view field) {
  const auto wrong = [&] {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("{} must be an IP address and port such as 127.0.0.1:7420 or "
                                  "[::1]:0, not \"{}\"",
                                  field, text),
                      std::string(field));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  ListenAddress listen;
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    return wrong();
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (address.empty() || error != std::errc() || end != port.data() + port.size()) return wrong();
  listen.address = address == "localhost" ? "127.0.0.1" : std::string(address);
  listen.loopback = listen.address.starts_with("127.") || listen.address == "::1";
  return listen;
}

}  // namespace berth::runtime
