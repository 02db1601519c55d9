#pragma once

#include <cstdint>
#include <string_view>

namespace berth::hostproto {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4). Any thread.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace berth::hostproto
