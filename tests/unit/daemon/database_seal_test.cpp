#include "service/daemon/database_seal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "service/platform/files.h"
#include "service/platform/process.h"
#include "storage/sqlite/database.h"
#include "tests/support/temporary_folder.h"

namespace berth::daemon {
namespace {

using sqlite::Access;
using sqlite::Database;

/// A seal beside a real database, each look at it as a start of its own.
class DatabaseSealTest : public testing::Test {
 protected:
  DatabaseSealTest() {
    auto database = open_database(path_);
    EXPECT_TRUE(database->execute("PRAGMA journal_mode = WAL"));
    EXPECT_TRUE(database->execute("CREATE TABLE one (x INTEGER)"));
  }

  static std::unique_ptr<Database> open_database(const std::string& path) {
    auto database = Database::open(path, Access::read_write);
    EXPECT_TRUE(database) << database.error().message;
    return std::move(*database);
  }
  bool holds() const { return DatabaseSeal(path_).holds(); }
  void write_seal(const std::string& text) {
    ASSERT_TRUE(platform::write_file_atomically(path_ + ".seal", text, 0600));
  }
  std::string seal_text() const { return platform::read_file(path_ + ".seal").value_or(""); }
  /// As a backup is put in the place of the database, so that it may even have its size and time.
  void replace_database() {
    const std::string backup = folder_.file("backup.db");
    std::filesystem::copy_file(path_, backup);
    std::filesystem::last_write_time(backup, std::filesystem::last_write_time(path_));
    std::filesystem::rename(backup, path_);
  }

  const support::TemporaryFolder folder_;
  const std::string path_ = folder_.file("berth.db");
  DatabaseSeal seal_{path_};
};

TEST_F(DatabaseSealTest, HoldsWhileItIsOpenAndAfterItWasClosed) {
  EXPECT_FALSE(holds()) << "nobody has vouched for it";
  ASSERT_TRUE(seal_.open());
  EXPECT_TRUE(holds()) << "as after a kill";
  ASSERT_TRUE(open_database(path_)->execute("INSERT INTO one VALUES (1)"));
  EXPECT_TRUE(holds());
  ASSERT_TRUE(seal_.close());
  EXPECT_TRUE(holds());
}

TEST_F(DatabaseSealTest, DoesNotHoldOfAFileThatWasChangedAfterItWasClosed) {
  ASSERT_TRUE(seal_.open());
  ASSERT_TRUE(seal_.close());
  std::filesystem::last_write_time(
      path_, std::filesystem::last_write_time(path_) + std::chrono::seconds(1));
  EXPECT_FALSE(holds());
}

TEST_F(DatabaseSealTest, DoesNotHoldOfAFileThatTookThePlaceOfAnOpenOne) {
  ASSERT_TRUE(seal_.open());
  replace_database();
  EXPECT_FALSE(holds());
  ASSERT_TRUE(seal_.close());
  EXPECT_FALSE(holds()) << "nobody has looked at it";
}

TEST_F(DatabaseSealTest, IsNotMadeAgainOnceItWasDropped) {
  ASSERT_TRUE(seal_.open());
  EXPECT_TRUE(seal_.drop());
  EXPECT_FALSE(holds()) << "at once: the service may be killed";
  EXPECT_FALSE(seal_.drop());
  ASSERT_TRUE(seal_.close());
  EXPECT_FALSE(holds());
  ASSERT_TRUE(seal_.open());
  EXPECT_FALSE(holds());
  ASSERT_TRUE(DatabaseSeal(path_).open());
  EXPECT_TRUE(holds()) << "the next start has read it whole";
}

TEST_F(DatabaseSealTest, DoesNotHoldBesideALog) {
  ASSERT_TRUE(seal_.open());
  const auto still_open = open_database(path_);
  ASSERT_TRUE(still_open->execute("INSERT INTO one VALUES (1)"));
  ASSERT_TRUE(seal_.close());
  EXPECT_FALSE(holds()) << "not all of it has come to the file";
}

TEST_F(DatabaseSealTest, SaysNothingInAnotherForm) {
  ASSERT_TRUE(seal_.open());
  const std::string open = seal_text();
  ASSERT_TRUE(seal_.close());
  const std::string closed = seal_text();
  ASSERT_TRUE(open.starts_with("2 ") && closed.starts_with("2 "));
  for (const std::string& text :
       {"open in boot " + platform::boot_id() + "\n", closed.substr(2), open.substr(2),
        "3" + closed.substr(1), std::string(), std::string("\n"), std::string(100'000, 'x')}) {
    write_seal(text);
    EXPECT_FALSE(holds()) << text.substr(0, 200);
  }
  for (const std::string& text : {open, closed}) {
    write_seal(text);
    EXPECT_TRUE(holds()) << text;
  }
}

TEST_F(DatabaseSealTest, HoldsOfAnEmptyFile) {
  std::filesystem::resize_file(path_, 0);
  EXPECT_TRUE(holds());
}

}  // namespace
}  // namespace berth::daemon
