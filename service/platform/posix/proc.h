#pragma once

#include <vector>

namespace berth::platform {

/// All processes of this machine that /proc shows.
std::vector<int> process_ids();

}  // namespace berth::platform
