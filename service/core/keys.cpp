#include "service/core/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::core {
namespace {

constexpr auto kKeys = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"enter", "\r"},       {"tab", "\t"},         {"escape", "\x1b"},      {"space", " "},
    {"backspace", "\x7f"}, {"delete", "\x1b[3~"}, {"insert", "\x1b[2~"},   {"up", "\x1b[A"},
    {"down", "\x1b[B"},    {"right", "\x1b[C"},   {"left", "\x1b[D"},      {"home", "\x1b[H"},
    {"end", "\x1b[F"},     {"pageup", "\x1b[5~"}, {"pagedown", "\x1b[6~"}, {"f1", "\x1bOP"},
    {"f2", "\x1bOQ"},      {"f3", "\x1bOR"},      {"f4", "\x1bOS"},        {"f5", "\x1b[15~"},
    {"f6", "\x1b[17~"},    {"f7", "\x1b[18~"},    {"f8", "\x1b[19~"},      {"f9", "\x1b[20~"},
    {"f10", "\x1b[21~"},   {"f11", "\x1b[23~"},   {"f12", "\x1b[24~"},
});

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

Result<std::string> bytes_of_key(std::string_view name) {
  const auto* known =
      std::ranges::find(kKeys, name, &std::pair<std::string_view, std::string_view>::first);
  if (known != kKeys.end()) return std::string(known->second);
  constexpr std::string_view kControl = "ctrl-";
  if (name.size() == kControl.size() + 1 && name.starts_with(kControl) && is_letter(name.back())) {
    return std::string(1, static_cast<char>(name.back() - 'a' + 1));
  }
  constexpr std::string_view kAlt = "alt-";
  if (name.size() == kAlt.size() + 1 && name.starts_with(kAlt) &&
      (is_letter(name.back()) || (name.back() >= '0' && name.back() <= '9'))) {
    return std::string("\x1b") + name.back();
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("keys: \"{}\" is not a key; there are enter, tab, escape, space, "
                          "backspace, delete, insert, up, down, left, right, home, end, pageup, "
                          "pagedown, f1 to f12, ctrl-a to ctrl-z, alt-a to alt-z",
                          name),
              "keys");
}

Result<std::string> bytes_of_keys(std::string_view names) {
  std::string bytes;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(std::min(end + 1, names.size()));
    if (name.empty()) continue;
    auto key = bytes_of_key(name);
    if (!key) return key;
    bytes += *key;
  }
  return bytes;
}

}  // namespace berth::core
