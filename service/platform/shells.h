#pragma once

#include <span>
#include <string_view>

namespace berth::platform {

/// The shells that sessions can have here, the default first. Whether one is installed shows when
/// it is started.
std::span<const std::string_view> offered_shells();

}  // namespace berth::platform
