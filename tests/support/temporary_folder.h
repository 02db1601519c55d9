#pragma once

#include <string>

#include "service/platform/temporary_folder.h"

namespace berth::support {

/// An empty folder for one test, which goes with this object. Throws if none can be made.
class TemporaryFolder {
 public:
  TemporaryFolder() : folder_(platform::TemporaryFolder::create("berth-test-").value()) {}

  const std::string& path() const { return folder_.path(); }
  std::string file(const std::string& name) const { return path() + "/" + name; }

 private:
  platform::TemporaryFolder folder_;
};

}  // namespace berth::support
