#pragma once

#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/platform/descriptor.h"
#include "service/platform/temporary_folder.h"
#include "service/shells/dialect.h"

namespace berth::host {

/// The host's private folder of FIFOs and scripts, removed with it. A user's `rm -rf /tmp/*` may
/// take it away at any time: then the shell is replaced and gets a new one.
class Workspace {
 public:
  static core::Result<Workspace> create(const shells::Dialect& dialect);
  /// What killed hosts have left.
  static void remove_abandoned();

  const shells::ShellFiles& shell_files() const { return files_; }
  const std::string& script() const { return script_; }
  std::string stdin_path() const { return folder_.path() + "/stdin"; }
  std::string stdout_path() const { return folder_.path() + "/stdout"; }
  std::string stderr_path() const { return folder_.path() + "/stderr"; }

  /// The status FIFO; fails if the folder has been taken away.
  core::Result<platform::Descriptor> open_status() const;

  /// A FIFO at one of the paths above and its reading end. One that is there is used again: its
  /// last command has left no writer.
  core::Result<platform::Descriptor> open_output(const std::string& path) const;

 private:
  Workspace(platform::TemporaryFolder folder, std::string_view script_suffix);

  platform::TemporaryFolder folder_;
  std::string script_;
  shells::ShellFiles files_;
};

}  // namespace berth::host
