#include <array>

#include "service/shells/bash.h"
#include "service/shells/cmd.h"
#include "service/shells/dialect.h"
#include "service/shells/powershell.h"
#include "service/shells/sh.h"
#include "service/shells/zsh.h"

namespace berth::shells {
namespace {

const std::array<const Dialect*, 6>& dialects() {
  static const Bash bash;
  static const Sh sh;
  static const Zsh zsh;
  static const Cmd cmd;
  static const PowerShell powershell("powershell");
  static const PowerShell pwsh("pwsh");
  static const std::array<const Dialect*, 6> all{&bash, &sh, &zsh, &cmd, &powershell, &pwsh};
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
