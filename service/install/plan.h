#pragma once

#include <optional>
#include <string>

#include "service/core/error.h"
#include "service/install/clients.h"

namespace berth::install {

struct Wish {
  std::string server;   ///< the entry's name
  std::string command;  ///< what it is to start
  bool force = false;   ///< also if the entry is not Berth's
};

/// What is to be done to a configuration. Without `after` nothing: it is as wished.
struct Plan {
  std::optional<std::string> after;
  std::string command;  ///< what the entry starts before an `uninstall`
};

/// The entry starts `command`: it is added, or its program is changed if that is another
/// berth-bridge. One that starts something else is refused (conflict) without `force`, with it
/// written anew. Errors of both begin with `LINE:COLUMN: `.
core::Result<Plan> plan_install(const Client& client, const std::string& text, const Wish& wish);

/// There is no entry. One that does not start a berth-bridge is refused (conflict) without `force`.
core::Result<Plan> plan_uninstall(const Client& client, const std::string& text, const Wish& wish);

/// Whether a command names a berth-bridge, wherever that is.
bool is_bridge(const std::string& command);

}  // namespace berth::install
