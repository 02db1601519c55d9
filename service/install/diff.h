#pragma once

#include <string>
#include <string_view>

namespace berth::install {

/// The change from one text to another for people, in unified form: one piece with three lines
/// around it. Long lines are shown around what changes in them; control sequences are left out.
std::string unified_diff(std::string_view before, std::string_view after,
                         std::string_view name_before, std::string_view name_after);

}  // namespace berth::install
