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

bool is_assignment(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  return equals != std::string_view::npos && is_name(entry.substr(0, equals)) &&
         entry.find('\0') == std::string_view::npos;
}

}  // namespace berth::shells
