#include "api/control/command_set.h"

#include <fmt/format.h>

namespace berth::control {

core::Result<const Command*> CommandSet::find(std::string_view name, core::Scope scope) const {
  const auto found = commands_.find(name);
  if (found == commands_.end()) {
    std::string known;
    for (const auto& [each, command] : commands_) known += (known.empty() ? "" : ", ") + each;
    return core::fail(core::ErrorCode::not_found,
                      fmt::format("there is no command of that name; there are {}", known),
                      "command");
  }
  const Command& command = found->second;
  if (command.scope == core::Scope::admin && scope != core::Scope::admin) {
    return core::fail(core::ErrorCode::permission_denied, "This needs admin rights");
  }
  return &command;
}

}  // namespace berth::control
