#pragma once

#include <functional>
#include <string>

#include "api/control/command_set.h"
#include "service/core/execution.h"
#include "service/core/status.h"
#include "service/core/store.h"

namespace berth::control {

/// Each adds the commands on one resource: read, one call, write. What they are given outlives the
/// set. Core loop.
void add_service_commands(CommandSet& commands, const core::StatusSource& status,
                          std::function<void()> request_stop);
void add_list_commands(CommandSet& commands, core::Queries& queries, core::Execution& execution);
/// `address()`: where the HTTP endpoint is, `127.0.0.1:41234`.
void add_event_commands(CommandSet& commands, const core::StatusSource& status,
                        core::ChangeLog& log, std::function<std::string()> address);

/// invalid_argument unless the message has no other members than these beside `id` and `command`: a
/// misspelt one must not be ignored.
core::Result<void> only_members(const core::JsonObject& message,
                                std::initializer_list<std::string_view> known);

}  // namespace berth::control
