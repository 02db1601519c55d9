#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "service/core/ids.h"
#include "service/platform/spawn.h"

namespace berth::install {

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs the real berth-bridge with a home folder of its own.
class BridgeCommandTest : public testing::Test {
 protected:
  BridgeCommandTest();
  ~BridgeCommandTest() override { std::filesystem::remove_all(folder_); }

  /// Without a terminal.
  Outcome run(const std::vector<std::string>& arguments) const;
  /// In a terminal where somebody types `typed`.
  Outcome run_in_terminal(const std::vector<std::string>& arguments,
                          const std::string& typed) const;

  std::string in_home(const std::string& path) const { return home_ + "/" + path; }
  static void put(const std::string& path, const std::string& text, unsigned mode = 0644);
  static std::string text_of(const std::string& path);
  static unsigned mode_of(const std::string& path);
  /// The copies that were kept of a file.
  static std::vector<std::string> backups_of(const std::string& path);

 private:
  platform::SpawnOptions options(const std::vector<std::string>& arguments) const;

  const std::string folder_ =
      std::filesystem::temp_directory_path() / ("berth-install-" + core::random_base32_128());

 protected:
  const std::string home_ = folder_ + "/home";
};

}  // namespace berth::install
