#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "service/core/error.h"

namespace berth::auth {

/// HMAC-SHA-256 (RFC 2104) in hex, with a key of the instance that is kept in a file (0600, made
/// where there is none): what was signed before a restart of the service is known afterwards.
core::Result<std::function<std::string(std::string_view text)>> load_signer(
    const std::string& key_file);

}  // namespace berth::auth
