#include <array>

#include "service/shells/bash.h"
#include "service/shells/dialect.h"

namespace berth::shells {
namespace {

const std::array<const Dialect*, 1>& dialects() {
  static const Bash bash;
  static const std::array<const Dialect*, 1> all{&bash};
  return all;
}

}  // namespace

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect* dialect : dialects()) {
    if (dialect->name() == name) return dialect;
  }
  return nullptr;
}

std::string dialect_names() {
  std::string names;
  for (const Dialect* dialect : dialects()) {
    if (!names.empty()) names += ", ";
    names += dialect->name();
  }
  return names;
}

}  // namespace berth::shells
