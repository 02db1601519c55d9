#pragma once

namespace berth::platform {

/// Gives a process that was just spawned the limit that this one had before raise_open_files().
void restore_open_files(int pid);

}  // namespace berth::platform
