#include "service/platform/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace berth::platform {
namespace {

constexpr std::string_view kPrefix = "berth-abandon-";

TEST(TemporaryFolder, GoesWithItsOwner) {
  std::string path;
  {
    const auto folder = TemporaryFolder::create(kPrefix);
    ASSERT_TRUE(folder);
    path = folder->path();
    std::ofstream(path + "/file") << "x";
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolder, GoesLaterIfItsOwnerWasKilled) {
  const auto held = TemporaryFolder::create(kPrefix);
  ASSERT_TRUE(held);
  // What a killed process leaves: a folder that nobody has locked.
  const std::string abandoned = held->path().substr(0, held->path().size() - 6) + "killed";
  std::filesystem::create_directories(abandoned + "/below");
  const std::string other = held->path().substr(0, held->path().size() - 6) + "longer-name";
  std::filesystem::create_directory(other);

  remove_abandoned_folders(kPrefix);
  EXPECT_TRUE(std::filesystem::exists(abandoned)) << "too young";
  remove_abandoned_folders(kPrefix, std::chrono::seconds(0));
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  EXPECT_TRUE(std::filesystem::exists(held->path()));
  EXPECT_TRUE(std::filesystem::exists(other));
  std::filesystem::remove(other);
}

}  // namespace
}  // namespace berth::platform
