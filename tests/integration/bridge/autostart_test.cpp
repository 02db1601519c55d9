// Which service a bridge starts, when, and what it says if that fails. A script stands in for
// berthd: the bridge takes the one beside itself, so it is copied to a folder of the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "service/platform/files.h"
#include "tests/integration/bridge/bridge_fixture.h"

namespace berth::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;

class AutostartTest : public BridgeTest {
 protected:
  AutostartTest() {
    std::filesystem::copy_file(BERTH_BRIDGE, folder_ + "/berth-bridge");
    std::filesystem::create_directories(folder_ + "/run");
    std::filesystem::permissions(folder_ + "/run", std::filesystem::perms::owner_all);
  }

  std::string user_runtime_dir() const { return runtime_dir() + "/berth"; }
  void stand_in(const std::string& body) {
    const std::string path = folder_ + "/berthd";
    std::ofstream(path) << "#!/bin/sh\necho started >> " << folder_ << "/starts\n" << body << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  /// An operator's service, unless `started_by` says otherwise.
  void serve(const std::string& started_by = {}) {
    server_ = std::make_unique<LinkServer>(turning_.get(), user_runtime_dir(), started_by);
  }
  void start(const std::vector<std::string>& arguments = {}) {
    bridge_ = std::make_unique<BridgeProcess>(
        turning_.get(), arguments,
        std::vector<std::string>{"XDG_RUNTIME_DIR=" + runtime_dir(), "HOME=" + folder_},
        folder_ + "/berth-bridge", folder_ + "/stderr");
  }
  std::string starts() const { return platform::read_file(folder_ + "/starts").value_or(""); }
  std::string said() const { return platform::read_file(folder_ + "/stderr").value_or(""); }
};

TEST_F(AutostartTest, AnOperatorsServiceMayComeBack) {
  stand_in("exec sleep 1");
  serve();
  start();
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
  server_->say(result(0));
  server_->stop_listening();
  server_->restart("e2");
  bridge_->send(call(1));
  turning_.turn_for(milliseconds(5'000));
  EXPECT_EQ(starts(), "") << "the operator would find the place taken";
  EXPECT_EQ(bridge_->lines().size(), 1U);
  server_->listen();
  ASSERT_TRUE(turning_.until([&] { return server_->links() == 2; }));
}

TEST_F(AutostartTest, AServiceThatABridgeStartedIsStartedAgain) {
  stand_in("exec sleep 1");
  serve("berth-bridge");
  start();
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return server_->messages().size() == 1; }));
  server_->stop_listening();
  server_->restart("e2");
  ASSERT_TRUE(turning_.until([&] { return !starts().empty(); }, milliseconds(12'000)));
}

TEST_F(AutostartTest, TellsTheClientAtOnceWhyTheServiceDidNotStart) {
  stand_in("echo 'berthd: berthd.toml:2: pool.size is not a known key' >&2; exit 78");
  start();
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return !bridge_->lines().empty(); }, milliseconds(5'000)));
  EXPECT_THAT(bridge_->lines()[0],
              AllOf(HasSubstr("\"id\":0"), HasSubstr("ended with exit code 78"),
                    HasSubstr("pool.size is not a known key")));
  EXPECT_THAT(said(), HasSubstr("pool.size is not a known key")) << "also without --verbose";

  // Mended: the next request tries again, once the pause is over.
  stand_in("exec sleep 1");
  ASSERT_TRUE(turning_.until([&] {
    if (bridge_->lines().size() < 60) bridge_->send(call(1));
    turning_.turn_for(milliseconds(100));
    return starts() == "started\nstarted\n";
  }));
}

TEST_F(AutostartTest, WaitsShortlyWhereNothingIsStarted) {
  start({"--no-autostart"});
  const auto before = steady_clock::now();
  bridge_->send(kInitialize);
  ASSERT_TRUE(turning_.until([&] { return !bridge_->lines().empty(); }, milliseconds(5'000)));
  EXPECT_GT(steady_clock::now() - before, milliseconds(1'000));
  EXPECT_THAT(bridge_->lines()[0], AllOf(HasSubstr("\"id\":0"), HasSubstr("no service there")));
  EXPECT_TRUE(bridge_->running());
}

}  // namespace
}  // namespace berth::bridge
