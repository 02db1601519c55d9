#include "service/ctl/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/answering_service.h"

namespace berth::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kAnswer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    "Content-Length: 9\r\n\r\n{\"a\":\"b\"}";

TEST(HttpClient, AsksOverTheLocalSocket) {
  const AnsweringService service(kAnswer);
  client::Target target;
  target.socket = service.runtime_dir() + "/berth.sock";
  const auto answer = http_get(target, "/status");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "{\"a\":\"b\"}");
  EXPECT_THAT(service.request(),
              AllOf(StartsWith("GET /status HTTP/1.1\r\n"), HasSubstr("Host: localhost\r\n"),
                    Not(HasSubstr("Authorization"))));
}

TEST(HttpClient, AsksOverTcpWithItsToken) {
  const AnsweringService service(kAnswer);
  auto target = client::parse_url(service.url());
  ASSERT_TRUE(target);
  target->token = "secret";
  const auto answer = http_get(*target, "/status");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(service.request(), HasSubstr("Authorization: Bearer secret\r\n"));
}

TEST(HttpClient, TellsNoServiceFromASilentOne) {
  client::Target target;
  target.socket = "/nonexistent/berth.sock";
  EXPECT_EQ(http_get(target, "/status").error().code, core::ErrorCode::not_found);
  const auto refused = client::parse_url("http://127.0.0.1:1");
  EXPECT_EQ(http_get(*refused, "/status").error().code, core::ErrorCode::not_found);

  const AnsweringService silent("");
  target.socket = silent.runtime_dir() + "/berth.sock";
  const auto answer = http_get(target, "/status", std::chrono::milliseconds(100));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, core::ErrorCode::unavailable);
}

}  // namespace
}  // namespace berth::ctl
