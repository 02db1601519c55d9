#include "service/host/workspace.h"

#include <fmt/format.h>

#include <utility>

#include "service/platform/files.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr std::string_view kPrefix = "berth-host-";

}  // namespace

Workspace::Workspace(platform::TemporaryFolder folder, std::string_view script_suffix)
    : folder_(std::move(folder)),
      script_(fmt::format("{}/command{}", folder_.path(), script_suffix)),
      files_{.status = folder_.path() + "/status",
             .reporter = folder_.path() + "/report",
             .saver = folder_.path() + "/save",
             .state = folder_.path() + "/state",
             .commands = folder_.path() + "/commands"} {}

core::Result<Workspace> Workspace::create(const shells::Dialect& dialect) {
  auto folder = platform::TemporaryFolder::create(kPrefix);
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

void Workspace::remove_abandoned() {
  platform::remove_abandoned_folders(kPrefix);
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
