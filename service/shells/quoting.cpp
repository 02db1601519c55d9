#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

}  // namespace

std::string quote_posix(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  quoted += '\'';
  return quoted;
}

std::string quote_assignment(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  return std::string(entry.substr(0, equals + 1)) + quote_posix(entry.substr(equals + 1));
}

std::string quote_cmd(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\r') continue;
    if (std::string_view("^&|<>()\"%!").find(c) != std::string_view::npos) quoted += '^';
    quoted += c == '\n' ? ' ' : c;
  }
  return quoted;
}

std::string quote_cmd_path(std::string_view path) {
  std::string quoted = "\"";
  for (const char c : path) {
    // Quotes do not stop a percent sign, and a caret works only outside of them.
    quoted += c == '%' ? "\"^%\"" : std::string(1, c);
  }
  return quoted + '"';
}

std::string quote_powershell(std::string_view text) {
  // U+2018 to U+201B end a string just as ' does. Any of them is written by doubling it.
  constexpr std::string_view kTypographicPrefix = "\xe2\x80";
  std::string quoted = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view character = text.substr(i, 1);
    if (text.substr(i).starts_with(kTypographicPrefix) && i + 2 < text.size()) {
      character = text.substr(i, 3);
      i += 2;
    }
    const auto last = static_cast<unsigned char>(character.back());
    const bool typographic = character.size() == 3 && last >= 0x98 && last <= 0x9b;
    quoted += character;
    if (typographic || character == "'") quoted += character;
  }
  return quoted + '\'';
}

bool is_assignment(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  return equals != std::string_view::npos && is_name(entry.substr(0, equals)) &&
         entry.find('\0') == std::string_view::npos;
}

}  // namespace berth::shells
