#include "storage/sqlite/migrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>

#include "storage/sqlite/database.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using migrations::Migration;
using sqlite::Access;
using sqlite::Database;
using testing::AllOf;
using testing::HasSubstr;

constexpr Migration kFirst{1, "first", "CREATE TABLE one (x INTEGER); -- a; b\n", "aa"};
constexpr Migration kSecond{2, "second",
                            "CREATE TABLE two (x INTEGER);\nINSERT INTO one VALUES (7);", "bb"};
constexpr Migration kBroken{2, "broken",
                            "CREATE TABLE two (x INTEGER); INSERT INTO none VALUES (1)", "cc"};

class MigratorTest : public testing::Test {
 protected:
  core::Result<void> migrate(std::vector<Migration> steps) {
    return sqlite::migrate(path(), steps, clock_);
  }
  std::string path() const { return folder_.file("berth.db"); }

  std::unique_ptr<Database> database(Access access = Access::read_write) {
    auto opened = Database::open(path(), access);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }

  std::int64_t number(Database& from, std::string_view sql) {
    auto row = from.statement(sql);
    const auto found = row.step();
    EXPECT_TRUE(found && *found) << sql;
    return row.take_integer();
  }
  std::int64_t number(std::string_view sql) { return number(*database(), sql); }

  /// Name and content of each file in the folder.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream stream(entry.path(), std::ios::binary);
      all[entry.path().filename()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return all;
  }

  void expect_refused_untouched(const std::vector<Migration>& steps,
                                const testing::Matcher<std::string>& message) {
    const auto before = files();
    const auto refused = migrate(steps);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, core::ErrorCode::storage_failed);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr(path()), message));
    EXPECT_TRUE(before == files()) << "the files have changed";
  }

  support::TemporaryFolder folder_;
  SettableClock clock_;
};

TEST_F(MigratorTest, MakesANewFile) {
  ASSERT_TRUE(migrate({kFirst, kSecond}));
  auto open = database();
  EXPECT_EQ(number(*open, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(*open, "PRAGMA auto_vacuum"), 2);  // incremental
  EXPECT_EQ(number(*open, "SELECT x FROM one"), 7);
  EXPECT_EQ(number(*open, "SELECT count(*) FROM two"), 0);
  EXPECT_EQ(number(*open,
                   "SELECT count(*) FROM schema_migrations WHERE version = 2 AND name = 'second' "
                   "AND checksum = 'bb' AND applied_at = 1700000000000"),
            1);
}

TEST_F(MigratorTest, LeavesAFileOfTheSameVersionAlone) {
  ASSERT_TRUE(migrate({kFirst}));
  const auto before = files();
  ASSERT_TRUE(migrate({kFirst}));
  EXPECT_TRUE(before == files());
}

TEST_F(MigratorTest, AppliesOnlyWhatIsMissing) {
  ASSERT_TRUE(migrate({kFirst}));
  ASSERT_TRUE(database()->execute("INSERT INTO one VALUES (1)"));
  ASSERT_TRUE(migrate({kFirst, kSecond}));
  EXPECT_EQ(number("SELECT count(*) FROM one"), 2);
}

TEST_F(MigratorTest, ReadsAVersionThatIsOnlyInTheLogOfAnUncleanEnd) {
  ASSERT_TRUE(migrate({kFirst}));
  auto still_open = database();
  ASSERT_EQ(number(*still_open, "PRAGMA user_version"), 1);  // in use: the log is not emptied
  ASSERT_TRUE(migrate({kFirst, kSecond}));
  for (const char* suffix : {"", "-wal"}) {
    std::filesystem::copy_file(path() + suffix, folder_.file("copy.db") + suffix);
  }
  ASSERT_GT(std::filesystem::file_size(folder_.file("copy.db-wal")), 0);
  const std::array older{kFirst};
  const auto refused = sqlite::migrate(folder_.file("copy.db"), older, clock_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("version 2"));
}

TEST_F(MigratorTest, RefusesANewerSchemaNamingBothVersions) {
  ASSERT_TRUE(migrate({kFirst, kSecond}));
  expect_refused_untouched({kFirst}, AllOf(HasSubstr("version 2"), HasSubstr("up to 1")));
}

TEST_F(MigratorTest, RefusesAChangedMigration) {
  ASSERT_TRUE(migrate({kFirst}));
  Migration changed = kFirst;
  changed.sha256 = "ab";
  expect_refused_untouched({changed}, AllOf(HasSubstr("checksum aa"), HasSubstr("has ab")));
}

TEST_F(MigratorTest, RefusesWhatIsNoDatabase) {
  std::ofstream(path()) << std::string(10'000, 'x');
  expect_refused_untouched({kFirst}, HasSubstr("not a database"));
}

TEST_F(MigratorTest, RefusesADamagedDatabase) {
  ASSERT_TRUE(migrate({kFirst}));
  {
    auto filling = database();
    ASSERT_TRUE(
        filling->execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                         "WHERE i < 20000) INSERT INTO one SELECT i FROM n"));
  }
  const auto size = std::filesystem::file_size(path());
  ASSERT_GT(size, 100'000);
  std::fstream damaging(path(), std::ios::in | std::ios::out | std::ios::binary);
  damaging.seekp(static_cast<std::streamoff>(size / 2));
  damaging << std::string(8'192, '\xff');
  damaging.close();
  expect_refused_untouched({kFirst}, HasSubstr("refused"));
}

TEST_F(MigratorTest, RefusesATruncatedDatabase) {
  ASSERT_TRUE(migrate({kFirst}));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 4'096);
  expect_refused_untouched({kFirst}, HasSubstr("refused"));
}

TEST_F(MigratorTest, RefusesAnotherProgramsDatabase) {
  ASSERT_TRUE(database()->execute("CREATE TABLE theirs (x)"));
  expect_refused_untouched({kFirst}, HasSubstr("another program"));
}

TEST_F(MigratorTest, AFailingStepLeavesTheStepBefore) {
  ASSERT_TRUE(migrate({kFirst}));
  const auto failed = migrate({kFirst, kBroken});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, AllOf(HasSubstr("version 2 (broken)"), HasSubstr("none")));
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_master WHERE name = 'two'"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM schema_migrations"), 1);
  ASSERT_TRUE(migrate({kFirst, kSecond}));
}

TEST_F(MigratorTest, AFailingFirstStepCanBeTriedAgain) {
  Migration broken = kBroken;
  broken.version = 1;
  ASSERT_FALSE(migrate({broken}));
  ASSERT_TRUE(migrate({kFirst}));
}

TEST_F(MigratorTest, NamesAFolderThatIsNotThere) {
  const std::array steps{kFirst};
  const auto failed = sqlite::migrate(folder_.file("none/berth.db"), steps, clock_);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("none/berth.db"));
}

TEST_F(MigratorTest, TakesAPathWithUrlCharacters) {
  const std::array steps{kFirst};
  const std::string odd = folder_.file("100% a?b#c&mode=ro.db");
  const auto made = sqlite::migrate(odd, steps, clock_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(std::filesystem::exists(odd));
}

TEST(Migrations, AreNumberedFromOneAndHaveChecksums) {
  int expected = 1;
  for (const Migration& step : migrations::all()) {
    EXPECT_EQ(step.version, expected++);
    EXPECT_EQ(step.sha256.size(), 64U);
  }
  EXPECT_GT(expected, 1);
}

}  // namespace
}  // namespace berth::storage
