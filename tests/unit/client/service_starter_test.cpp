// Starting a stand-in for berthd: a script that writes down that it was started.
#include "service/client/service_starter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "service/platform/files.h"
#include "service/platform/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/turning_loop.h"

namespace berth::client {
namespace {

using testing::HasSubstr;
using testing::Not;

class ServiceStarterTest : public testing::Test {
 protected:
  ServiceStarterTest() { user_.runtime_dir = folder_.file("run"); }

  std::string script(const std::string& body) {
    const std::string path = folder_.file("berthd");
    std::ofstream(path) << "#!/bin/sh\necho started >> " << starts_ << "\n" << body << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string read(const std::string& path) const {
    return platform::read_file(path).value_or(std::string());
  }
  bool started() {
    return turning_.until([this] { return !read(starts_).empty(); });
  }

  support::TemporaryFolder folder_;
  std::string starts_ = folder_.file("starts");
  support::TurningLoop turning_;
  platform::InstancePaths user_;
};

TEST_F(ServiceStarterTest, OneOfTwoStartsIt) {
  // Ends with its test: nothing may be left behind.
  const std::string program = script("exec sleep 2");
  ServiceStarter first(turning_.get(), user_, program);
  ServiceStarter second(turning_.get(), user_, program);
  ASSERT_TRUE(first.start());
  ASSERT_TRUE(second.start());
  ASSERT_TRUE(first.start()) << "while it is starting nothing more is to be done";
  EXPECT_TRUE(first.starting());
  EXPECT_FALSE(second.starting());
  ASSERT_TRUE(started());
  turning_.turn_for(std::chrono::milliseconds(100));
  EXPECT_EQ(read(starts_), "started\n");
}

TEST_F(ServiceStarterTest, DoesNotStartASecondOneOnceOneAnswers) {
  ASSERT_TRUE(platform::make_private_folder(user_.runtime_dir));
  const auto listener = platform::listen_local(user_.runtime_dir + "/berth.sock");
  ASSERT_TRUE(listener);
  ASSERT_TRUE(platform::write_file_atomically(
      user_.runtime_dir + "/endpoint.json",
      R"({"socket":")" + user_.runtime_dir + R"(/berth.sock"})", 0600));
  ServiceStarter starter(turning_.get(), user_, script("exec sleep 2"));
  ASSERT_TRUE(starter.start());
  EXPECT_FALSE(starter.starting());
  turning_.turn_for(std::chrono::milliseconds(100));
  EXPECT_EQ(read(starts_), "");
}

TEST_F(ServiceStarterTest, SaysWhyTheServiceDidNotStart) {
  ServiceStarter starter(turning_.get(), user_,
                         script("echo 'berthd.toml: line 3: no such key' >&2; exit 78"));
  ASSERT_TRUE(starter.start());
  ASSERT_TRUE(turning_.until([&] { return starter.failure().has_value(); }));
  EXPECT_THAT(starter.failure()->message, HasSubstr("ended with exit code 78"));
  EXPECT_THAT(starter.failure()->message, HasSubstr("line 3: no such key"));
  EXPECT_FALSE(starter.starting()) << "another may try";
  EXPECT_FALSE(starter.start()) << "but this one waits a while";
  EXPECT_EQ(read(starts_), "started\n");
  EXPECT_EQ(starter.failure()->code, core::ErrorCode::unavailable);
}

TEST_F(ServiceStarterTest, TriesAgainAfterAPauseAndSaysWhatWentWrongThen) {
  ServiceStarter starter(turning_.get(), user_, script("echo first >&2; exit 78"));
  ASSERT_TRUE(starter.start());
  ASSERT_TRUE(turning_.until([&] { return starter.failure().has_value(); }));
  script("echo second >&2; exit 69");
  ASSERT_TRUE(turning_.until([&] { return starter.start().has_value(); }));
  ASSERT_TRUE(turning_.until([&] { return starter.failure().has_value(); }));
  EXPECT_THAT(starter.failure()->message, HasSubstr(": second"));
  EXPECT_EQ(starter.failure()->code, core::ErrorCode::conflict) << "another may be starting";
}

TEST_F(ServiceStarterTest, KeepsTheLogsOfEarlierServicesWithinABound) {
  ASSERT_TRUE(platform::make_private_folder(user_.runtime_dir));
  const std::string log = user_.runtime_dir + "/autostart.log";
  const std::string large(kMaxAutostartLog + 1, 'x');
  ASSERT_TRUE(platform::write_file_atomically(log, "earlier\n", 0600));
  const auto run = [&](const std::string& body) {
    ServiceStarter starter(turning_.get(), user_, script(body));
    ASSERT_TRUE(starter.start());
    ASSERT_TRUE(turning_.until([&] { return starter.failure().has_value(); }));
    EXPECT_THAT(starter.failure()->message, Not(HasSubstr("earlier")));
  };
  run("echo later >&2; exit 1");
  EXPECT_EQ(read(log), "earlier\nlater\n");
  ASSERT_TRUE(platform::write_file_atomically(log, large, 0600));
  run("echo last >&2; exit 1");
  EXPECT_EQ(read(log), "last\n");
  EXPECT_EQ(read(log + ".1").size(), large.size());
}

TEST_F(ServiceStarterTest, SaysWhenThereIsNoProgram) {
  ServiceStarter starter(turning_.get(), user_, folder_.file("missing"));
  const auto started = starter.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("/missing"));
  EXPECT_FALSE(starter.starting());
}

TEST_F(ServiceStarterTest, StartsItAwayFromTheCaller) {
  const std::string seen = folder_.file("seen");
  ServiceStarter starter(
      turning_.get(), user_,
      script("ps -o sid= -p $$ > " + seen + ".1; echo $$ >> " + seen + ".1; pwd >> " + seen +
             ".1; echo ${BERTH_TOKEN:-none} >> " + seen + ".1; mv " + seen + ".1 " + seen));
  ASSERT_TRUE(starter.start());
  ASSERT_TRUE(turning_.until([&] { return !read(seen).empty(); }));
  std::ifstream lines(seen);
  std::string session;
  std::string pid;
  std::string directory;
  std::string token;
  lines >> session >> pid >> directory >> token;
  EXPECT_EQ(session, pid) << "a session of its own";
  EXPECT_EQ(directory, "/");
  EXPECT_EQ(token, "none");
}

}  // namespace
}  // namespace berth::client
