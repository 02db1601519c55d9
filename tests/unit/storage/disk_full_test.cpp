// A disk that is really full: a small file system in memory, which only root may mount.
#include <sys/mount.h>

#include <cerrno>
#include <cstring>

#include "service/platform/peer.h"
#include "tests/unit/storage/store_fixture.h"

namespace berth::storage {
namespace {

class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& where) : where_(where) {
    mounted_ = mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!mounted_) why_not_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) umount2(where_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& why_not() const { return why_not_; }

 private:
  std::filesystem::path where_;
  bool mounted_ = false;
  std::string why_not_;
};

class DiskFullTest : public StoreTest {
 protected:
  void SetUp() override {}
};

TEST_F(DiskFullTest, SetsFailWithTheirErrorAndTheWriterLives) {
  if (platform::current_uid() != 0) GTEST_SKIP() << "mounting a small disk needs root";
  const SmallDisk disk(folder_.path());
  if (!disk.mounted()) GTEST_SKIP() << "no small disk can be mounted: " << disk.why_not();
  open();
  std::vector<core::JobRecord> stored;
  core::JobRecord large = make_job();
  large.stdin_text.assign(64U << 10U, 'x');
  std::optional<core::Error> failure;
  while (!failure && stored.size() < 100) {
    large.id = core::JobId::make();
    const auto result = commit(set_of(large, make_event()));
    if (result) {
      stored.push_back(large);
    } else {
      failure = result.error();
    }
  }
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, core::ErrorCode::storage_failed);
  EXPECT_NE(failure->message.find("full"), std::string::npos) << failure->message;
  EXPECT_FALSE(job(large.id));
  for (const auto& each : stored) EXPECT_TRUE(job(each.id));

  // Once there is room again the same writer goes on; event ids go on rising.
  const auto before = store_->last_event_id();
  ASSERT_EQ(mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, "size=16m"), 0);
  const auto again = commit(set_of(large, make_event()));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(job(large.id));
  EXPECT_EQ(store_->last_event_id(), before + 1);
  close();
}

}  // namespace
}  // namespace berth::storage
