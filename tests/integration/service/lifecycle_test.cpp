// Starting, refusing to start, and stopping.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "service/platform/files.h"
#include "tests/integration/service/service_process.h"

namespace berth::tests {
namespace {

TEST(Lifecycle, ASecondInstanceOnTheSameFolderIsRefused) {
  ServiceProcess service;
  service.start();
  ServiceProcess other(service.data_dir());
  const auto status = other.start_and_wait();
  EXPECT_NE(status.exit_code, 0);
  EXPECT_NE(other.log().find("another berthd already works on " + service.data_dir()),
            std::string::npos)
      << other.log();
  EXPECT_EQ(service.get("/health/live").status, 200);
}

TEST(Lifecycle, ARefusalSaysWhoStartedTheOtherAndHowToEndIt) {
  ServiceProcess service;
  service.settings = {"BERTH_STARTED_BY=berth-bridge"};
  service.start();
  const std::string pid = std::to_string(service.pid());
  ServiceProcess other(service.data_dir());
  EXPECT_EQ(other.start_and_wait().exit_code, 69);
  EXPECT_NE(other.log().find("(pid " + pid + ", started by berth-bridge"), std::string::npos)
      << other.log();
  EXPECT_NE(other.log().find("to end it: kill " + pid + "\n"), std::string::npos) << other.log();
  const std::string endpoint =
      platform::read_file(service.runtime_dir() + "/endpoint.json").value_or("");
  EXPECT_NE(endpoint.find(R"("started_by":"berth-bridge")"), std::string::npos) << endpoint;
}

TEST(Lifecycle, OneFolderForDataAndRuntimeIsRefused) {
  ServiceProcess service;
  service.use_one_folder();
  EXPECT_NE(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find("must differ"), std::string::npos) << service.log();
}

TEST(Lifecycle, StopsCleanlyOnSigterm) {
  ServiceProcess service;
  service.start();
  const auto status = service.stop();
  EXPECT_EQ(status.signal, 0);
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(service.runtime_dir() + "/endpoint.json"));
  EXPECT_FALSE(std::filesystem::exists(service.data_dir() + "/berth.db-wal"));
  service.start();
  const auto events = service.get("/admin/v1/events?type=service.stopping").json();
  EXPECT_EQ(events["items"].Size(), 1);
}

TEST(Lifecycle, AWrongConfigurationIsRefusedByKey) {
  ServiceProcess service;
  service.settings = {"BERTH_POOL__MAX_SESSIONS=none"};
  EXPECT_NE(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find("BERTH_POOL__MAX_SESSIONS: pool.max_sessions must be"),
            std::string::npos)
      << service.log();
  EXPECT_FALSE(std::filesystem::exists(service.data_dir()));
  EXPECT_NE(service.start_and_wait({"--check-config"}).exit_code, 0);
  service.settings.clear();
  EXPECT_EQ(service.start_and_wait({"--check-config"}).exit_code, 0);
  EXPECT_EQ(service.start_and_wait({"--print-config"}).exit_code, 0);
  EXPECT_NE(service.log().find("empty.toml: the configuration is good"), std::string::npos);
}

TEST(Lifecycle, AMistypedOverrideIsWarnedOfAndAMissingFileSaid) {
  ServiceProcess service;
  service.config_file.clear();
  service.settings = {"BERTH_POOL_MAX_SESSIONS=4", "XDG_CONFIG_HOME=" + service.folder()};
  EXPECT_EQ(service.start_and_wait({"--check-config"}).exit_code, 0);
  EXPECT_NE(service.log().find("was BERTH_POOL__MAX_SESSIONS meant?"), std::string::npos);
  EXPECT_NE(service.log().find("there is no " + service.folder() + "/berth/berthd.toml"),
            std::string::npos)
      << service.log();
}

TEST(Lifecycle, ADamagedDatabaseIsRefusedAndLeftAsItIs) {
  ServiceProcess service;
  std::filesystem::create_directories(service.data_dir());
  std::filesystem::permissions(service.data_dir(), std::filesystem::perms::owner_all);
  const std::string garbage(8'192, 'x');
  std::ofstream(service.data_dir() + "/berth.db") << garbage;
  EXPECT_NE(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find(service.data_dir() + "/berth.db"), std::string::npos)
      << service.log();
  EXPECT_EQ(platform::read_file(service.data_dir() + "/berth.db").value_or(""), garbage);
}

TEST(Lifecycle, ADatabaseIsReadWholeOnlyIfSomethingElseMayHaveChangedIt) {
  const std::string reading = "read whole";
  ServiceProcess service;
  service.settings = {"BERTH_LOG__LEVEL=information"};
  const auto reads_whole = [&] {
    const std::size_t before = service.log().size();
    service.start();
    return service.log().find(reading, before) != std::string::npos;
  };
  const std::string database = service.data_dir() + "/berth.db";
  EXPECT_FALSE(reads_whole());  // there is none yet
  service.stop();
  EXPECT_FALSE(reads_whole());
  service.kill();
  EXPECT_FALSE(reads_whole());
  service.stop();

  std::filesystem::last_write_time(
      database, std::filesystem::last_write_time(database) + std::chrono::seconds(1));
  EXPECT_TRUE(reads_whole());
  service.stop();
  std::filesystem::remove(database + ".seal");
  EXPECT_TRUE(reads_whole());
  service.stop();

  // Behind the schema, where only a whole reading finds it.
  std::string damaged = platform::read_file(database).value_or("");
  constexpr std::size_t kPage = 4'096;
  ASSERT_GT(damaged.size(), 20 * kPage);
  damaged.replace(damaged.size() - 2 * kPage, 2 * kPage, 2 * kPage, 'Z');
  std::ofstream(database) << damaged;
  EXPECT_NE(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find("malformed"), std::string::npos) << service.log();
  EXPECT_EQ(platform::read_file(database).value_or(""), damaged);
}

TEST(Lifecycle, AnIdleServiceEndsByItself) {
  ServiceProcess service;
  service.settings = {"BERTH_SERVICE__IDLE_EXIT=1s"};
  EXPECT_EQ(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find("service.idle_exit"), std::string::npos) << service.log();
}

TEST(Access, TcpNeedsATokenOfTheRightScope) {
  ServiceProcess service;
  service.start();
  EXPECT_EQ(service.get_tcp("/status", "").status, 200);
  EXPECT_EQ(service.get_tcp("/health/ready", "").status, 200);
  EXPECT_EQ(service.get_tcp("/admin/v1/jobs", "").status, 401);
  EXPECT_EQ(service.get_tcp("/admin/v1/jobs", "wrong").status, 401);
  EXPECT_EQ(service.get_tcp("/admin/v1/jobs", service.token("client")).status, 403);
  EXPECT_EQ(service.get_tcp("/admin/v1/jobs", service.token("admin")).status, 200);
  EXPECT_EQ(service.get("/admin/v1/jobs").status, 200);
}

}  // namespace
}  // namespace berth::tests
