#pragma once

#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/platform/descriptor.h"
#include "service/platform/paths.h"

namespace berth::daemon {

/// Makes the folders of an instance and takes them for this process, for the life of the
/// descriptors. `conflict`: another berthd has one of them; the message says which, how it was
/// started and how to end it. `invalid_argument`: the two are one folder.
core::Result<std::vector<platform::Descriptor>> lock_folders(const platform::InstancePaths& paths,
                                                             bool system,
                                                             const std::string& started_by);

}  // namespace berth::daemon
