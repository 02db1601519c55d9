#include "service/platform/load.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "service/platform/files.h"
#include "tests/support/temporary_folder.h"

namespace berth::platform {
namespace {

TEST(LoadTest, ReadsThisMachine) {
  const auto load = current_load();
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_GE(load->cpu_load_ratio, 0);
  EXPECT_LT(load->cpu_load_ratio, 10'000);
  EXPECT_GT(load->memory_available_ratio, 0);
  EXPECT_LT(load->memory_available_ratio, 1) << "this process alone needs some";
  EXPECT_EQ(load->psi_cpu_some_avg10.has_value(),
            read_file("/proc/pressure/cpu", 4096).has_value());
  EXPECT_EQ(load->psi_memory_some_avg10.has_value(),
            read_file("/proc/pressure/memory", 4096).has_value());
  for (const auto& share : {load->psi_cpu_some_avg10, load->psi_memory_some_avg10}) {
    EXPECT_GE(share.value_or(0), 0);
    EXPECT_LE(share.value_or(0), 100);
  }
}

/// A folder that looks like /proc, with figures of the test's choice.
class MadeLoadTest : public testing::Test {
 protected:
  MadeLoadTest() {
    std::filesystem::create_directory(proc_ + "/pressure");
    write("loadavg", "3.00 1.96 1.85 3/118 25644\n");
    write("meminfo", "MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:   250 kB\n");
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomically(proc_ + "/" + name, text, 0600));
  }

  const support::TemporaryFolder folder_;
  const std::string proc_ = folder_.path();
};

TEST_F(MadeLoadTest, TellsSharesOfWhatThereIs) {
  write("pressure/cpu",
        "some avg10=7.27 avg60=4.06 avg300=2.28 total=3459688519\n"
        "full avg10=1.50 avg60=0.00 avg300=0.00 total=0\n");
  write("pressure/memory", "some avg10=0.86 avg60=0.84 avg300=1.64 total=176649992\n");
  const auto load = current_load(proc_);
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_DOUBLE_EQ(load->memory_available_ratio, 0.25);
  const double cpus = 3.0 / load->cpu_load_ratio;
  EXPECT_GE(cpus, 1);
  EXPECT_DOUBLE_EQ(cpus, std::round(cpus));
  EXPECT_DOUBLE_EQ(load->psi_cpu_some_avg10.value_or(-1), 7.27);
  EXPECT_DOUBLE_EQ(load->psi_memory_some_avg10.value_or(-1), 0.86);
}

TEST_F(MadeLoadTest, DoesWithoutPressureInformation) {
  const auto load = current_load(proc_);
  ASSERT_TRUE(load) << load.error().message;
  EXPECT_FALSE(load->psi_cpu_some_avg10);
  EXPECT_FALSE(load->psi_memory_some_avg10);
}

TEST_F(MadeLoadTest, SaysWhichFigureIsMissing) {
  write("meminfo", "MemTotal:       1000 kB\n");
  const auto old_kernel = current_load(proc_);
  ASSERT_FALSE(old_kernel);
  EXPECT_NE(old_kernel.error().message.find("meminfo"), std::string::npos);
  write("loadavg", "");
  EXPECT_NE(current_load(proc_).error().message.find("loadavg"), std::string::npos);
  EXPECT_EQ(current_load(proc_ + "/nowhere").error().code, core::ErrorCode::not_found);
}

}  // namespace
}  // namespace berth::platform
