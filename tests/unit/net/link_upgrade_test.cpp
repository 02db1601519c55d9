#include "service/net/link_upgrade.h"

#include <gtest/gtest.h>

namespace berth::net {
namespace {

constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nUPGRADE:  Berth-Bridge/1 \r\n\r\n";

TEST(LinkUpgrade, AsksForTheLinkWithEverythingTheServiceNeeds) {
  EXPECT_EQ(upgrade_request({.host = "localhost",
                             .upstream = "",
                             .client_id = "abc",
                             .cwd = "/home/a b\r\nX: 1",
                             .token = ""}),
            "GET /bridge HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            "Upgrade: berth-bridge/1\r\nBerth-Client-Id: abc\r\n"
            "Berth-Cwd: /home/a%20b%0D%0AX%3A%201\r\n\r\n");
  EXPECT_EQ(upgrade_request({.host = "127.0.0.1:80",
                             .upstream = "git",
                             .client_id = "abc",
                             .cwd = "",
                             .token = "secret"}),
            "GET /bridge/git HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: Upgrade\r\n"
            "Upgrade: berth-bridge/1\r\nBerth-Client-Id: abc\r\n"
            "Authorization: Bearer secret\r\n\r\n");
}

TEST(LinkUpgrade, OpensTheLinkWhereverTheAnswerIsSplit) {
  const std::string wire = std::string(kSwitching) + "H {}\nP";
  for (std::size_t at = 0; at <= wire.size(); ++at) {
    UpgradeResponse response;
    const auto first = response.feed(wire.substr(0, at));
    ASSERT_TRUE(first);
    EXPECT_EQ(*first, at >= kSwitching.size()) << at;
    if (*first) {
      EXPECT_EQ(response.take_rest() + wire.substr(at), "H {}\nP");
      continue;
    }
    const auto second = response.feed(wire.substr(at));
    ASSERT_TRUE(second && *second) << at;
    EXPECT_EQ(response.take_rest(), "H {}\nP");
  }
}

TEST(LinkUpgrade, TellsRefusedFromNotNow) {
  const auto answered = [](std::string_view head) {
    UpgradeResponse response;
    const auto result = response.feed(head);
    EXPECT_FALSE(result) << head;
    return result ? core::ErrorCode::internal : result.error().code;
  };
  EXPECT_EQ(answered("HTTP/1.1 401 Unauthorized\r\n\r\n"), core::ErrorCode::unauthenticated);
  EXPECT_EQ(answered("HTTP/1.1 403 Forbidden\r\n\r\n"), core::ErrorCode::permission_denied);
  EXPECT_EQ(answered("HTTP/1.1 503 Service Unavailable\r\n\r\n"), core::ErrorCode::unavailable);
  EXPECT_EQ(answered("HTTP/1.1 200 OK\r\n\r\n"), core::ErrorCode::unavailable);
  EXPECT_EQ(answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
            core::ErrorCode::unavailable);
  EXPECT_EQ(answered("SSH-2.0-OpenSSH_9.2\r\n\r\n"), core::ErrorCode::unavailable);
  EXPECT_EQ(answered("HTTP/1.1 20\r\n\r\n"), core::ErrorCode::unavailable);
}

TEST(LinkUpgrade, HintsAtTheTokenWhereThatIsWrong) {
  const auto problem = [](std::string_view head) {
    UpgradeResponse response;
    return response.feed(head).error().message;
  };
  EXPECT_NE(problem("HTTP/1.1 401 Unauthorized\r\n\r\n")
                .find("HTTP 401: it does not know the token; BERTH_TOKEN"),
            std::string::npos);
  EXPECT_EQ(problem("HTTP/1.1 403 Forbidden\r\n\r\n").find("BERTH_TOKEN"), std::string::npos);
}

TEST(LinkUpgrade, BoundsTheHead) {
  UpgradeResponse response;
  ASSERT_TRUE(response.feed(std::string(kMaxUpgradeHead, 'x')));
  const auto refused = response.feed("x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::too_large);
}

}  // namespace
}  // namespace berth::net
