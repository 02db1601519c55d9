#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::core {

/// RFC 4648 section 4, with padding.
std::string encode_base64(std::string_view bytes);

/// With padding and without spare bits: one text for one value. Nothing for any other text.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace berth::core
