#include "service/host/workspace.h"

#include <fmt/format.h>

#include <utility>

#include "service/platform/files.h"
#include "service/platform/pipes.h"

namespace berth::host {

Workspace::Workspace(std::string folder, std::string_view script_suffix)
    : folder_(std::move(folder)),
      script_(fmt::format("{}/command{}", folder_, script_suffix)),
      files_{.status = folder_ + "/status",
             .reporter = folder_ + "/report",
             .saver = folder_ + "/save",
             .state = folder_ + "/state",
             .commands = folder_ + "/commands"} {}

core::Result<Workspace> Workspace::create(const shells::Dialect& dialect) {
  auto folder = platform::make_temporary_folder("berth-");
  if (!folder) return core::fail(folder.error());
  Workspace workspace(std::move(*folder), dialect.script_suffix());
  const shells::ShellFiles& files = workspace.files_;
  auto made = platform::make_fifo(files.status);
  if (made && !dialect.reads_stdin()) made = platform::make_fifo(files.commands);
  if (made) made = platform::overwrite_file(files.reporter, dialect.reporter_script(files));
  if (made) made = platform::overwrite_file(files.saver, dialect.saver_script(files));
  if (!made) return core::fail(made.error());
  return workspace;
}

Workspace::Workspace(Workspace&& other) noexcept
    : folder_(std::exchange(other.folder_, {})),
      script_(std::move(other.script_)),
      files_(std::move(other.files_)) {}

Workspace& Workspace::operator=(Workspace&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(script_, other.script_);
  std::swap(files_, other.files_);
  return *this;
}

Workspace::~Workspace() {
  // Nobody to tell if it fails; the next boot clears it.
  if (!folder_.empty()) static_cast<void>(platform::remove_folder(folder_));
}

core::Result<platform::Descriptor> Workspace::open_status() const {
  return platform::open_fifo_for_both(files_.status);
}

core::Result<platform::Descriptor> Workspace::open_output(const std::string& path) const {
  if (auto made = platform::make_fifo(path);
      !made && made.error().code != core::ErrorCode::conflict) {
    return core::fail(made.error());
  }
  return platform::open_fifo_for_reading(path);
}

}  // namespace berth::host
