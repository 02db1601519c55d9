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

const std::string kReadWhole = "is read whole";
constexpr std::size_t kPage = 4'096;

/// Starts it; true if it reads the database whole.
bool reads_whole(ServiceProcess& service) {
  service.settings = {"BERTH_LOG__LEVEL=information"};
  const std::size_t before = service.log().size();
  service.start();
  return service.log().find(kReadWhole, before) != std::string::npos;
}

TEST(Lifecycle, ADatabaseIsReadWholeOnlyIfSomethingElseMayHaveChangedIt) {
  ServiceProcess service;
  const std::string database = service.data_dir() + "/berth.db";
  EXPECT_FALSE(reads_whole(service));  // there is none yet
  service.stop();
  EXPECT_FALSE(reads_whole(service));
  service.kill();
  EXPECT_FALSE(reads_whole(service));
  service.stop();

  std::filesystem::last_write_time(
      database, std::filesystem::last_write_time(database) + std::chrono::seconds(1));
  EXPECT_TRUE(reads_whole(service));
  service.stop();
  std::filesystem::remove(database + ".seal");
  EXPECT_TRUE(reads_whole(service));
  service.stop();

  // Behind the schema, where only a whole reading finds it.
  std::string damaged = platform::read_file(database).value_or("");
  ASSERT_GT(damaged.size(), 20 * kPage);
  damaged.replace(damaged.size() - 2 * kPage, 2 * kPage, 2 * kPage, 'Z');
  std::ofstream(database) << damaged;
  EXPECT_NE(service.start_and_wait().exit_code, 0);
  EXPECT_NE(service.log().find("malformed"), std::string::npos) << service.log();
  EXPECT_EQ(platform::read_file(database).value_or(""), damaged);
}

TEST(Lifecycle, AnotherDatabaseInThePlaceOfTheLastIsReadWhole) {
  ServiceProcess service;
  service.start();
  service.stop();
  const std::string database = service.data_dir() + "/berth.db";
  const std::string backup = service.folder() + "/backup.db";
  std::filesystem::copy_file(database, backup);
  service.start();
  service.kill();
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(database + suffix);
  std::filesystem::rename(backup, database);
  EXPECT_TRUE(reads_whole(service));
  service.stop();
  EXPECT_FALSE(reads_whole(service));
}

TEST(Lifecycle, TheSealOfAnEarlierVersionSaysNothing) {
  ServiceProcess service;
  service.start();
  service.stop();
  const std::string seal = service.data_dir() + "/berth.db.seal";
  const std::string text = platform::read_file(seal).value_or("");
  ASSERT_TRUE(text.starts_with("2 closed with ")) << text;
  ASSERT_TRUE(platform::overwrite_file(seal, text.substr(2)));
  EXPECT_TRUE(reads_whole(service));
}

TEST(Lifecycle, ADatabaseThatProvedDamagedIsReadWholeHoweverTheServiceEnds) {
  for (const bool killed : {false, true}) {
    ServiceProcess service;
    service.start();
    const std::string job = service.post_job("head -c 30000 /dev/zero | tr '\\0' x");
    service.finished_job(job);
    service.stop();
    ASSERT_FALSE(reads_whole(service));

    const std::string database = service.data_dir() + "/berth.db";
    const auto size = std::filesystem::file_size(database);
    std::fstream damaging(database, std::ios::in | std::ios::out | std::ios::binary);
    damaging.seekp(kPage);
    damaging << std::string(size - kPage, 'Z');
    damaging.close();
    EXPECT_EQ(service.get("/admin/v1/jobs/" + job + "/output").status, 500);
    wait_until("the damage to be logged", [&] {
      return service.log().find("the database may be damaged") != std::string::npos;
    });
    if (killed) {
      service.kill();
    } else {
      service.stop();
    }

    const std::size_t before = service.log().size();
    EXPECT_NE(service.start_and_wait().exit_code, 0);
    EXPECT_NE(service.log().find(kReadWhole, before), std::string::npos) << service.log();
    EXPECT_NE(service.log().find("is refused and left as it is", before), std::string::npos)
        << service.log();
  }
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
