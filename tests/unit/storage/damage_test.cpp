// Real damage to real files, and who is told of it.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <fstream>

#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

using sqlite::Access;
using sqlite::Database;
using testing::HasSubstr;

constexpr std::size_t kPage = 4'096;

/// No file of this process can grow beyond `bytes`, as on a disk that fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uintmax_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit lower{static_cast<rlim_t>(bytes), before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &lower), 0);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(signal(SIGXFSZ, handler_));
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

class DamageTest : public StoreTest {
 protected:
  void SetUp() override {}

  StoreOptions watched() {
    StoreOptions options;
    options.soundness = Soundness::known;
    options.on_damage = [this] { ++told_; };
    return options;
  }

  /// A store in the file whose jobs can't be read.
  void open_damaged() {
    open();
    core::ChangeSet set;
    for (int i = 0; i < 1'000; ++i) set.add(make_job());
    ASSERT_TRUE(commit(std::move(set)));
    close();
    const auto size = std::filesystem::file_size(path());
    ASSERT_GT(size, 50 * kPage);
    const auto middle = size / kPage / 2 * kPage;
    std::fstream damaging(path(), std::ios::in | std::ios::out | std::ios::binary);
    damaging.seekp(static_cast<std::streamoff>(middle - 15 * kPage));
    damaging << std::string(30 * kPage, 'Z');
    damaging.close();
    open(watched());
  }

  std::atomic<int> told_ = 0;
};

TEST_F(DamageTest, IsToldWhenItIsRead) {
  open_damaged();
  ASSERT_EQ(told_, 0);
  core::ListFilter all;
  all.limit = 1'000;
  const auto read = jobs(all);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("malformed"));
  EXPECT_GT(told_, 0);
}

TEST_F(DamageTest, IsToldWhenItIsWrittenTo) {
  open_damaged();
  core::Result<void> written;
  for (int i = 0; written && i < 1'000; ++i) written = commit(set_of(make_job()));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("malformed"));
  EXPECT_GT(told_, 0);
}

TEST_F(DamageTest, OfWhatTheStartReadsIsToldThen) {
  open();
  close();
  std::fstream damaging(path(), std::ios::in | std::ios::out | std::ios::binary);
  damaging.seekp(100);  // behind the header, where the schema begins
  damaging << std::string(kPage - 100, 'Z');
  damaging.close();
  const auto opened = Store::open(
      path(), [](const std::function<void()>&) {}, clock_, watched());
  ASSERT_FALSE(opened);
  EXPECT_GT(told_, 0);
}

TEST_F(DamageTest, AFailingDiskIsTold) {
  open(watched());
  ASSERT_TRUE(commit(set_of(make_job())));
  {
    const FileSizeLimit limit(std::filesystem::file_size(path() + "-wal"));
    const auto written = commit(set_of(make_job()));
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("I/O error"));
  }
  EXPECT_GT(told_, 0);
  EXPECT_TRUE(commit(set_of(make_job()))) << "the writer goes on";
}

TEST_F(DamageTest, WhatIsNoDatabaseIsTold) {
  std::ofstream(path()) << std::string(2 * kPage, 'x');
  const auto database = Database::open(path(), Access::read_write, [this] { ++told_; });
  ASSERT_TRUE(database) << "it is not looked at yet";
  EXPECT_THAT((*database)->execute("SELECT * FROM sqlite_master").error().message,
              HasSubstr("not a database"));
  EXPECT_EQ(told_, 1);
  EXPECT_FALSE((*database)->statement("SELECT * FROM sqlite_master").run());
  EXPECT_EQ(told_, 2);
}

TEST_F(DamageTest, OtherErrorsAreNone) {
  const auto database = Database::open(path(), Access::read_write, [this] { ++told_; });
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->execute("CREATE TABLE one (x INTEGER UNIQUE)"));
  ASSERT_TRUE((*database)->execute("INSERT INTO one VALUES (1)"));
  EXPECT_EQ((*database)->statement("INSERT INTO one VALUES (1)").run().error().code,
            core::ErrorCode::conflict);
  EXPECT_FALSE((*database)->execute("INSERT INTO one VALUES (1)"));
  EXPECT_FALSE((*database)->statement("SELECT * FROM none").run());
  EXPECT_EQ(told_, 0);
}

}  // namespace
}  // namespace berth::storage
