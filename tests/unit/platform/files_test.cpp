#include "service/platform/files.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace berth::platform {
namespace {

class FilesTest : public testing::Test {
 protected:
  const support::TemporaryFolder folder_;
};

TEST_F(FilesTest, WhatIsNoDirectoryIsCalledSo) {
  const std::string file = folder_.file("file");
  ASSERT_TRUE(overwrite_file(file, "text"));
  const auto entered = check_enterable(file);
  ASSERT_FALSE(entered);
  EXPECT_EQ(entered.error().code, core::ErrorCode::cwd_not_accessible);
  EXPECT_EQ(entered.error().message, file + " is not a directory");
  EXPECT_NE(check_enterable(folder_.file("gone")).error().message.find("No such file"),
            std::string::npos);
  EXPECT_TRUE(check_enterable(folder_.path()));
}

TEST_F(FilesTest, AStatusIsOfWhatALinkLeadsTo) {
  const std::string file = folder_.file("file");
  ASSERT_TRUE(write_file_atomically(file, "text", 0640));
  std::filesystem::create_symlink("file", folder_.file("link"));
  std::filesystem::create_symlink("gone", folder_.file("dangling"));
  const auto status = file_status(folder_.file("link"));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_TRUE(status->regular);
  EXPECT_EQ(status->mode, 0640U);
  EXPECT_EQ(status->uid, geteuid());
  EXPECT_FALSE(file_status(folder_.path())->regular);
  EXPECT_EQ(file_status(folder_.file("dangling")).error().code, core::ErrorCode::not_found);
}

TEST_F(FilesTest, ALockTellsWhoHoldsIt) {
  const std::string file = folder_.file("lock");
  {
    const auto lock = lock_file(file, "started by a test");
    ASSERT_TRUE(lock);
    const auto second = lock_file(file);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, core::ErrorCode::conflict);
    EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos);
    EXPECT_EQ(lock_holder(file).pid, getpid());
    EXPECT_EQ(lock_holder(file).note, "started by a test");
  }
  ASSERT_TRUE(lock_file(file));
  EXPECT_EQ(lock_holder(file).note, "");
  EXPECT_EQ(lock_holder(folder_.file("none")).pid, 0);
}

TEST_F(FilesTest, AFileIsKnownAgainUnderAnyName) {
  const std::string file = folder_.file("file");
  const std::string other = folder_.file("other");
  ASSERT_TRUE(overwrite_file(file, "text"));
  ASSERT_TRUE(overwrite_file(other, "text"));
  const auto first = file_identity(file);
  ASSERT_TRUE(first) << first.error().message;
  const std::string second = file_identity(other).value();
  EXPECT_NE(*first, second);
  ASSERT_TRUE(overwrite_file(file, "another text"));
  EXPECT_EQ(file_identity(file), *first);
  std::filesystem::create_symlink("file", folder_.file("link"));
  EXPECT_EQ(file_identity(folder_.file("link")), *first);
  ASSERT_TRUE(move_file(other, file));
  EXPECT_EQ(file_identity(file), second);
  EXPECT_EQ(file_identity(other).error().code, core::ErrorCode::not_found);
}

}  // namespace
}  // namespace berth::platform
