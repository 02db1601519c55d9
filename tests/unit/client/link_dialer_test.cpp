#include "service/client/link_dialer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/loop/listener.h"
#include "service/platform/files.h"
#include "service/platform/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/turning_loop.h"

namespace berth::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kOpen =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: berth-bridge/1\r\n\r\n";

/// Something that listens on a socket and answers each connection with fixed bytes.
class Answerer {
 public:
  Answerer(loop::Loop& loop, const std::string& runtime_dir, std::string answer) {
    EXPECT_TRUE(platform::make_private_folder(runtime_dir));
    EXPECT_TRUE(platform::write_file_atomically(
        runtime_dir + "/endpoint.json", R"({"socket":")" + runtime_dir + R"(/berth.sock"})", 0600));
    listener_ = std::move(*loop::Listener::local(
        loop, runtime_dir + "/berth.sock", 0600,
        [this, answer = std::move(answer)](std::unique_ptr<loop::Stream> stream) {
          ++asked_;
          stream_ = std::move(stream);
          if (answer.empty()) {
            stream_.reset();
            return;
          }
          stream_->start_reading([](std::string_view) {}, [](const std::optional<core::Error>&) {});
          stream_->write(answer);
        }));
  }
  void stop_listening() { listener_.reset(); }
  int asked() const { return asked_; }

 private:
  std::unique_ptr<loop::Listener> listener_;
  std::unique_ptr<loop::Stream> stream_;
  int asked_ = 0;
};

class LinkDialerTest : public testing::Test {
 protected:
  LinkDialerTest() {
    platform::ignore_broken_pipes();
    search_.user.runtime_dir = folder_.file("user");
    search_.system.runtime_dir = folder_.file("system");
  }

  void dial() {
    result_.reset();
    net::LinkUpgrade upgrade;
    upgrade.client_id = "c";
    const LinkDialer dialer(turning_.get(), search_, upgrade,
                            [this](core::Result<OpenLink> link) { result_ = std::move(link); });
    EXPECT_FALSE(result_) << "never from the constructor";
    ASSERT_TRUE(turning_.until([this] { return result_.has_value(); }));
  }
  core::Error error() const { return result_->has_value() ? core::Error{} : result_->error(); }

  support::TemporaryFolder folder_;
  support::TurningLoop turning_;
  Search search_;
  std::optional<core::Result<OpenLink>> result_;
};

TEST_F(LinkDialerTest, OpensALinkToTheUsersInstanceFirst) {
  const Answerer user(turning_.get(), search_.user.runtime_dir, std::string(kOpen) + "H {}\n");
  const Answerer system(turning_.get(), search_.system.runtime_dir, std::string(kOpen));
  dial();
  ASSERT_TRUE(*result_) << error().message;
  EXPECT_EQ((*result_)->place, search_.user.runtime_dir);
  EXPECT_EQ((*result_)->rest, "H {}\n");
  EXPECT_EQ(system.asked(), 0);
}

TEST_F(LinkDialerTest, TakesALeftoverDiscoveryFileForNoService) {
  Answerer user(turning_.get(), search_.user.runtime_dir, std::string(kOpen));
  user.stop_listening();
  const Answerer system(turning_.get(), search_.system.runtime_dir, std::string(kOpen));
  dial();
  ASSERT_TRUE(*result_) << error().message;
  EXPECT_EQ((*result_)->place, search_.system.runtime_dir);
}

TEST_F(LinkDialerTest, SaysWhenNoneAnswers) {
  dial();
  EXPECT_EQ(error().code, core::ErrorCode::not_found);
  EXPECT_THAT(error().message, AllOf(HasSubstr(search_.user.runtime_dir + ": no service there"),
                                     HasSubstr(search_.system.runtime_dir)));
}

TEST_F(LinkDialerTest, SaysWhenOneRefuses) {
  const Answerer user(turning_.get(), search_.user.runtime_dir, "HTTP/1.1 403 Forbidden\r\n\r\n");
  dial();
  EXPECT_EQ(error().code, core::ErrorCode::permission_denied);
  EXPECT_EQ(user.asked(), 1);
}

TEST_F(LinkDialerTest, GoesOnAfterARefusal) {
  const Answerer user(turning_.get(), search_.user.runtime_dir, "HTTP/1.1 401 No\r\n\r\n");
  const Answerer system(turning_.get(), search_.system.runtime_dir, std::string(kOpen));
  dial();
  ASSERT_TRUE(*result_) << error().message;
  EXPECT_EQ((*result_)->place, search_.system.runtime_dir);
}

TEST_F(LinkDialerTest, DoesNotGoToAnotherServiceWhenOneIsOnlyBusy) {
  const Answerer system(turning_.get(), search_.system.runtime_dir, std::string(kOpen));
  for (const char* answer : {"", "HTTP/1.1 503 Starting\r\n\r\n", "nonsense\r\n\r\n"}) {
    const Answerer user(turning_.get(), search_.user.runtime_dir, answer);
    dial();
    EXPECT_EQ(error().code, core::ErrorCode::unavailable) << answer;
    EXPECT_THAT(error().message, HasSubstr(search_.user.runtime_dir));
  }
  EXPECT_EQ(system.asked(), 0);
}

TEST_F(LinkDialerTest, GivesUpWhenDestroyed) {
  const Answerer user(turning_.get(), search_.user.runtime_dir, std::string(kOpen));
  {
    const LinkDialer dialer(turning_.get(), search_, {},
                            [](const core::Result<OpenLink>&) { FAIL() << "called back"; });
    turning_.until([&] { return user.asked() == 1; });
  }
  turning_.turn_for(std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace berth::client
