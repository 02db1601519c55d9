#pragma once

#include <string>
#include <string_view>

namespace berth::events {

/// What a client makes of a gzip stream that is cut anywhere: all that came whole.
std::string inflate_stream(std::string_view compressed);

}  // namespace berth::events
