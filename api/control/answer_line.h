#pragma once

#include <string>
#include <string_view>

#include "service/core/error.h"

namespace berth::control {

/// The answers to a command. `id` is JSON as it was given, or null; so is `result`.
std::string answer_line(std::string_view id, std::string_view result);
std::string error_line(std::string_view id, const core::Error& error);

}  // namespace berth::control
