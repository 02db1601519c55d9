#include <array>

#include "service/shells/bash.h"
#include "service/shells/dialect.h"
#include "service/shells/sh.h"
#include "service/shells/zsh.h"

namespace berth::shells {
namespace {

const std::array<const Dialect*, 3>& dialects() {
  static const Bash bash;
  static const Sh sh;
  static const Zsh zsh;
  static const std::array<const Dialect*, 3> all{&bash, &sh, &zsh};
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
