#pragma once

#include <string>
#include <string_view>

namespace berth::core {

/// `0.1.0`, from the one place where it stands: project() in the top CMakeLists.txt.
std::string_view version();
/// Short hash of the commit that was built, `unknown` outside a checkout.
std::string_view commit();
/// What `PROGRAM --version` prints: `berthd 0.1.0 (1a2b3c4d5e6f)`.
std::string version_line(std::string_view program);

}  // namespace berth::core
