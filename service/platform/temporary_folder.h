#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/platform/descriptor.h"

namespace berth::platform {

/// A new private folder (0700) in the user's runtime folder if there is one, else in /tmp. It goes
/// with this object; one whose process was killed goes when remove_abandoned_folders() is called.
class TemporaryFolder {
 public:
  static core::Result<TemporaryFolder> create(std::string_view prefix);
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, Descriptor lock);

  std::string path_;
  Descriptor lock_;  // held while somebody uses the folder
};

/// Removes this user's folders with that prefix that no process holds any more. Younger ones than
/// `age` are left: their lock may still be on its way.
void remove_abandoned_folders(std::string_view prefix,
                              std::chrono::seconds age = std::chrono::seconds(10));

}  // namespace berth::platform
