#include "service/daemon/instance_locks.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "service/platform/files.h"

namespace berth::daemon {
namespace {

core::Error already_taken(const std::string& folder, const platform::LockHolder& holder) {
  core::Error error{core::ErrorCode::conflict,
                    fmt::format("another berthd already works on {}", folder),
                    {},
                    std::nullopt};
  if (holder.pid == 0) return error;
  error.message += fmt::format(" (pid {}", holder.pid);
  if (!holder.note.empty()) {
    error.message += fmt::format(", started by {} when it found no service", holder.note);
  }
  error.message += fmt::format("); to end it: kill {}", holder.pid);
  return error;
}

}  // namespace

core::Result<std::vector<platform::Descriptor>> lock_folders(const platform::InstancePaths& paths,
                                                             bool system,
                                                             const std::string& started_by) {
  for (const std::string& folder : {paths.data_dir, paths.runtime_dir}) {
    if (auto made = platform::make_private_folder(folder, system ? 0750 : 0700); !made) {
      return core::fail(std::move(made.error()));
    }
  }
  if (std::error_code error;
      std::filesystem::equivalent(paths.data_dir, paths.runtime_dir, error)) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("the data folder and the runtime folder must differ; both are {}",
                                  paths.data_dir));
  }
  std::vector<platform::Descriptor> locks;
  for (const std::string& folder : {paths.data_dir, paths.runtime_dir}) {
    const std::string file = folder + "/berthd.lock";
    auto lock = platform::lock_file(file, started_by);
    if (!lock && lock.error().code == core::ErrorCode::conflict) {
      return core::fail(already_taken(folder, platform::lock_holder(file)));
    }
    if (!lock) return core::fail(std::move(lock.error()));
    locks.push_back(std::move(*lock));
  }
  return locks;
}

}  // namespace berth::daemon
