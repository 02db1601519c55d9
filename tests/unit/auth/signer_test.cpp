#include "service/auth/signer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace berth::auth {
namespace {

TEST(Signer, SignsAsTheStandardSays) {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("key");
  std::ofstream(file) << "Jefe";  // RFC 4231, test case 2
  const auto sign = load_signer(file);
  ASSERT_TRUE(sign);
  EXPECT_EQ((*sign)("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Signer, MakesAKeyOfItsOwnAndKeepsIt) {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("key");
  const auto first = load_signer(file);
  ASSERT_TRUE(first);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto again = load_signer(file);
  ASSERT_TRUE(again);
  EXPECT_EQ((*first)("text"), (*again)("text"));
  EXPECT_NE((*first)("text"), (*first)("text "));
  const auto other = load_signer(file + "2");
  ASSERT_TRUE(other);
  EXPECT_NE((*first)("text"), (*other)("text"));
}

TEST(Signer, SaysWhichFileItCannotRead) {
  const auto refused = load_signer("/none/key");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("/none"), std::string::npos);
}

}  // namespace
}  // namespace berth::auth
