#pragma once

#include <cerrno>
#include <string_view>

#include "service/core/error.h"

namespace berth::platform {

/// The current errno as an Error: `doing what: reason`. Private to service/platform/posix.
core::Error errno_error(std::string_view doing, std::string_view what = {}, int number = errno);

}  // namespace berth::platform
