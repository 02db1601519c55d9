#include "service/install/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "service/platform/files.h"
#include "tests/support/temporary_folder.h"

namespace berth::install {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class ChangeTest : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& text, unsigned mode = 0644) {
    ASSERT_TRUE(platform::write_file_atomically(path, text, mode));
  }
  static std::string text_of(const std::string& path) {
    return platform::read_file(path).value_or("(none)");
  }
  static unsigned mode_of(const std::string& path) {
    const auto status = platform::file_status(path);
    return status ? status->mode : 0;
  }

  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("mcp.json");
};

TEST_F(ChangeTest, KeepsModeAndACopy) {
  put(file_, "old", 0640);
  const auto file = read_config(file_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->exists);
  EXPECT_EQ(file->text, "old");
  const auto backup = write_config(*file, "new");
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_EQ(text_of(file_), "new");
  EXPECT_EQ(mode_of(file_), 0640U);
  EXPECT_EQ(text_of(**backup), "old");
  EXPECT_EQ(mode_of(**backup), 0640U);
  EXPECT_TRUE((*backup)->starts_with(file_ + ".berth-backup-"));
  EXPECT_THAT(backups_of(*file), ElementsAre(**backup));
}

TEST_F(ChangeTest, MakesNewFilesWithTheirFolders) {
  const std::string path = folder_.file("a/b/mcp.json");
  const auto file = read_config(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->exists);
  const auto backup = write_config(*file, "new");
  ASSERT_TRUE(backup) << backup.error().message;
  EXPECT_FALSE(*backup);
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_THAT(backups_of(*file), IsEmpty());
}

TEST_F(ChangeTest, FollowsLinks) {
  fs::create_directories(folder_.file("dotfiles"));
  put(folder_.file("dotfiles/mcp.json"), "old");
  fs::create_symlink("dotfiles/mcp.json", folder_.file("middle"));
  fs::create_symlink(folder_.file("middle"), file_);
  const auto file = read_config(file_);
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(write_config(*file, "new"));
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_TRUE(fs::is_symlink(folder_.file("middle")));
  EXPECT_EQ(text_of(folder_.file("dotfiles/mcp.json")), "new");
  EXPECT_EQ(backups_of(*file).size(), 1U);
}

TEST_F(ChangeTest, FollowsALinkToWhatIsNotThereYet) {
  fs::create_symlink("dotfiles/mcp.json", file_);
  const auto file = read_config(file_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->exists);
  ASSERT_TRUE(write_config(*file, "new"));
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(text_of(folder_.file("dotfiles/mcp.json")), "new");
}

TEST_F(ChangeTest, RefusesWhatItCannotReplace) {
  fs::create_symlink("loop", folder_.file("loop"));
  EXPECT_EQ(read_config(folder_.file("loop")).error().message,
            folder_.file("loop") + ": too many links");
  EXPECT_EQ(read_config(folder_.path()).error().message, folder_.path() + " is not a file");
  put(file_, "old", 0444);
  EXPECT_EQ(read_config(file_).error().message, file_ + " is read-only");
}

TEST_F(ChangeTest, RefusesAFileThatHasChangedMeanwhile) {
  put(file_, "old");
  const auto file = read_config(file_);
  ASSERT_TRUE(file);
  put(file_, "its client was here");
  const auto written = write_config(*file, "new");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, file_ + " has changed meanwhile; nothing is written");
  EXPECT_EQ(text_of(file_), "its client was here");
  EXPECT_THAT(backups_of(*file), IsEmpty());

  const auto missing = read_config(folder_.file("none"));
  ASSERT_TRUE(missing);
  put(folder_.file("none"), "");
  EXPECT_FALSE(write_config(*missing, "new"));
}

}  // namespace
}  // namespace berth::install
