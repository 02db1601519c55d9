#include "service/ctl/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ctl/answering_service.h"

namespace berth::ctl {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

client::Search at(const std::string& runtime_dir) {
  client::Search search;
  search.runtime_dir = runtime_dir;
  return search;
}

TEST(Status, ShowsATableOrTheAnswerAsItCame) {
  const std::string body = R"({"status":"ready","version":"0.1.0","live_jobs":3})";
  const AnsweringService service(ok(body));
  CaptureStdout();
  EXPECT_EQ(show_status(at(service.runtime_dir()), false), 0);
  EXPECT_EQ(GetCapturedStdout(), "service    " + service.runtime_dir() +
                                     "\nstatus     ready\nversion    0.1.0\nlive_jobs  3\n");
  CaptureStdout();
  EXPECT_EQ(show_status(at(service.runtime_dir()), true), 0);
  EXPECT_EQ(GetCapturedStdout(), body + "\n");
}

TEST(Status, TellsByItsExitStatus) {
  const AnsweringService starting(ok(R"({"status":"starting"})"));
  CaptureStdout();
  EXPECT_EQ(show_status(at(starting.runtime_dir()), false), 1);
  GetCapturedStdout();

  const AnsweringService strange("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  CaptureStderr();
  EXPECT_EQ(show_status(at(strange.runtime_dir()), false), 3);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("HTTP 404"));

  CaptureStderr();
  EXPECT_EQ(show_status(at("/nonexistent"), false), 3);
  EXPECT_THAT(GetCapturedStderr(),
              AllOf(HasSubstr("no service answers"), HasSubstr("/nonexistent: no service there")));
}

TEST(Status, ShowsNoControlSequences) {
  const AnsweringService service(ok(R"({"status":"ready","version":"\u001b[31mred\u001b[0m"})"));
  CaptureStdout();
  EXPECT_EQ(show_status(at(service.runtime_dir()), false), 0);
  EXPECT_THAT(GetCapturedStdout(), HasSubstr("version  red\n"));
}

}  // namespace
}  // namespace berth::ctl
